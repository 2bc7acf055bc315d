"""What is to be played: forms, styles, harmony, and the arrangement that a seed makes of them."""
