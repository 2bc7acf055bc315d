"""ABC: tunes as text. The standard is ABC 2.1 (Walshaw et al., 2011); what tune books of before it write is read too."""
