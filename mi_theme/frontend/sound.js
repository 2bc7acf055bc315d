// Sound: a player of tables over Web Audio, sample-accurate, scheduled a little ahead.

const AHEAD = 0.2; // seconds that are scheduled before they sound
const HIDDEN_AHEAD = 1.6; // the same while a browser slows the timers of a page that nobody sees
const EVERY = 50; // milliseconds between two looks ahead
const LEAD = 0.06; // seconds from the command to the first sound
const FADE = 0.015; // seconds in which sound that is cut fades
const RING = 0.4; // seconds that a piece rings after its end
const VOLUME = 0.7; // of all together: a band and its drums stay below full scale
const CLICKS = [[900, 0.1], [1300, 0.3], [1900, 0.5]]; // frequency and loudness by weight: pulse, group, bar line
const LONGEST = { pluck: 2.6, bass: 3.2 }; // seconds that a string rings

/**
 * Plays a piece: `notes` [[onset s, duration s, pitch, velocity, part], ...], `clicks` [[onset s, weight], ...], `length`
 * in seconds; and where they are there `groups` (other clicks), `count_in` with `count_length`, `parts` [[name, kind], ...],
 * `bars`. One AudioContext, made at the first `play`, which a click or a key has to cause.
 */
export class Player {
  constructor() {
    this.piece = { notes: [], clicks: [], groups: [], count_in: [], count_length: 0, parts: [], bars: [0], length: 0 };
    this.context = null;
    this.state = "stopped"; // or "counting", "playing", "paused", "silent" where there is no sound to be had
    this.clicking = "beats"; // or "groups", "off"
    this.muted = new Set(); // numbers of parts
    this.rate = 1; // times as fast
    this.loop = null;
    this._listeners = new Set();
    this._place = 0;
    this._strings = new Map();
    this._timer = this._frame = this._bus = null;
  }

  /** Another piece; what plays goes on in it at the same share of its length, unless `from` says where. */
  load(piece, { from } = {}) {
    const share = this.piece.length ? this.position / this.piece.length : 0;
    const on = this.state === "playing" || this.state === "counting";
    this.piece = { groups: [], count_in: [], count_length: 0, parts: [], bars: [0], ...piece };
    this._place = from ?? share * this.piece.length;
    if (this.loop) this.loop = null;
    if (on) this.play({ from: this._place });
    else this._tell();
  }

  /** Play from a second on, after a bar that is counted in if `countIn`, round and round between two seconds if `loop`. */
  async play({ from = this._place, countIn = false, loop = null } = {}) {
    const context = this._awake();
    if (!context) return this._become("silent");
    this._silence();
    const run = (this._run = Symbol("run"));
    if (context.state !== "running") await Promise.race([context.resume(), new Promise((go) => setTimeout(go, 1500))]);
    if (run !== this._run) return undefined;
    this.loop = loop && loop[1] - loop[0] > 0.05 ? loop : null;
    let start = Math.max(0, from);
    if (this.loop && (start < this.loop[0] || start >= this.loop[1])) start = this.loop[0];
    if (!this.loop && start >= this.piece.length - 1e-3) start = 0;
    const counted = countIn && this.piece.count_length ? this.piece.count_length / this.rate : 0;
    this._bus = context.createGain();
    this._bus.connect(this._out);
    const begin = context.currentTime + LEAD;
    if (counted) for (const [at, weight] of this.piece.count_in) this._click(begin + at / this.rate, weight);
    this._anchors = [{ time: begin + counted, song: start }];
    this._done = start;
    this._place = start;
    this._counted = counted;
    this._ended = null;
    this._timer = setInterval(() => this._schedule(), EVERY);
    this._schedule();
    this._become(counted ? "counting" : "playing");
    const show = () => {
      this._frame = requestAnimationFrame(show);
      this._follow();
    };
    this._frame = requestAnimationFrame(show);
    return undefined;
  }

  /** Silence; `play` goes on from here. */
  pause() {
    if (this.state !== "playing" && this.state !== "counting") return;
    this._place = this.position;
    this._silence();
    this._become("paused");
  }

  /** Silence, and back to the beginning. */
  stop() {
    this._silence();
    this._place = 0;
    this._become("stopped");
  }

  /** To another second, playing or not. */
  seek(seconds) {
    const place = Math.min(Math.max(seconds, 0), this.piece.length);
    if (this.state === "playing" || this.state === "counting") this.play({ from: place, loop: this.loop });
    else {
      this._place = place;
      this._tell();
    }
  }

  /** Faster or slower, at once. */
  setRate(rate) {
    const place = this.position, on = this.state === "playing" || this.state === "counting";
    this.rate = rate;
    if (on) this.play({ from: place, loop: this.loop });
  }

  /** What is clicked from now on: "beats", "groups" or "off". */
  setClick(kind) {
    const place = this.position, on = this.state === "playing";
    this.clicking = kind;
    if (on) this.play({ from: place, loop: this.loop });
  }

  /** Whether a part is heard. */
  mute(part, silent = true) {
    if (silent) this.muted.add(part);
    else this.muted.delete(part);
    if (this.state === "playing") this.play({ from: this.position, loop: this.loop });
  }

  /** Call back with (seconds, state) while it moves, and at every change; the answer ends it. While counting in seconds are negative. */
  onposition(callback) {
    this._listeners.add(callback);
    return () => this._listeners.delete(callback);
  }

  /** Where the music is, in seconds of the piece. */
  get position() {
    if ((this.state !== "playing" && this.state !== "counting") || !this._anchors) return this._place;
    const now = this.context.currentTime - (this.context.outputLatency || 0);
    const anchor = this._anchors.findLast((each) => each.time <= now) ?? this._anchors[0];
    const since = this.state === "counting" ? now - anchor.time : Math.max(now - anchor.time, 0); // it sounds a moment later
    return Math.min(anchor.song + since * this.rate, this.loop ? Infinity : this.piece.length);
  }

  /** Let go of the sound card; the player is of no use any more. */
  close() {
    this.stop();
    this._listeners.clear();
    if (this.context) this.context.close();
    this.context = null;
  }

  _awake() {
    const Context = globalThis.AudioContext || globalThis.webkitAudioContext;
    if (!this.context && Context) {
      this.context = new Context();
      this._out = this.context.createDynamicsCompressor();
      const volume = this.context.createGain();
      volume.gain.value = VOLUME;
      this._out.connect(volume);
      volume.connect(this.context.destination);
    }
    return this.context;
  }

  _become(state) {
    this.state = state;
    this._tell();
  }

  _tell() {
    for (const callback of this._listeners) callback(this.position, this.state);
  }

  _silence() {
    clearInterval(this._timer);
    cancelAnimationFrame(this._frame);
    this._run = null;
    const bus = this._bus;
    if (bus) {
      const now = this.context.currentTime;
      bus.gain.setValueAtTime(1, now);
      bus.gain.linearRampToValueAtTime(0, now + FADE);
      setTimeout(() => bus.disconnect(), 1000 * (FADE + 0.05));
    }
    this._bus = null;
  }

  _follow() {
    const now = this.context.currentTime - (this.context.outputLatency || 0);
    if (this.state === "counting" && now >= this._anchors[0].time) this.state = "playing";
    if (this._ended !== null && now >= this._ended) this.stop();
    else this._tell();
  }

  /** Everything that begins before the horizon and has not been scheduled. */
  _schedule() {
    const horizon = this.context.currentTime + (document.hidden ? HIDDEN_AHEAD : AHEAD);
    while (this._ended === null) {
      const anchor = this._anchors.at(-1);
      const until = anchor.song + (horizon - anchor.time) * this.rate;
      const end = this.loop ? this.loop[1] : this.piece.length;
      this._between(this._done, Math.min(until, end), anchor);
      this._done = Math.max(this._done, Math.min(until, end));
      if (until < end) return;
      const time = anchor.time + (end - anchor.song) / this.rate;
      if (!this.loop) {
        this._ended = time + RING;
        return;
      }
      this._anchors.push({ time, song: this.loop[0] });
      if (this._anchors.length > 8) this._anchors.shift();
      this._done = this.loop[0];
    }
  }

  _between(from, until, anchor) {
    const time = (seconds) => anchor.time + (seconds - anchor.song) / this.rate;
    const end = this.loop ? this.loop[1] : Infinity;
    for (const [onset, duration, pitch, velocity, part] of this.piece.notes) {
      if (onset >= from && onset < until && !this.muted.has(part)) {
        this._note(time(onset), Math.min(duration, end - onset) / this.rate, pitch, velocity, part);
      }
    }
    const clicks = this.clicking === "off" ? [] : this.clicking === "groups" && this.piece.groups.length ? this.piece.groups : this.piece.clicks;
    for (const [onset, weight] of clicks) if (onset >= from && onset < until) this._click(time(onset), weight);
  }

  _note(time, duration, pitch, velocity, part) {
    const kind = this.piece.parts[part]?.[1] ?? "pluck";
    const loud = (velocity / 127) ** 1.5;
    if (kind === "drums") this._drum(time, pitch, loud);
    else if (kind === "sustained") this._tone(time, duration, pitch, loud);
    else this._string(time, duration, pitch, loud, kind);
  }

  _shaped(time, loud, hold, release) {
    const gain = this.context.createGain();
    gain.gain.setValueAtTime(0, time);
    gain.gain.linearRampToValueAtTime(loud, time + 0.003);
    gain.gain.setValueAtTime(loud, Math.max(time + 0.003, time + hold));
    gain.gain.exponentialRampToValueAtTime(0.0005, Math.max(time + 0.003, time + hold) + release);
    gain.connect(this._bus);
    return gain;
  }

  /** A plucked string (Karplus and Strong, 1983), worked out once for each pitch. */
  _string(time, duration, pitch, loud, kind) {
    const { buffer, rate } = this._stringOf(pitch, kind);
    const source = this.context.createBufferSource();
    source.buffer = buffer;
    source.playbackRate.value = rate;
    source.connect(this._shaped(time, loud * (kind === "bass" ? 1.1 : 0.9), duration * 0.95, 0.09));
    source.start(time);
    source.stop(time + duration + 0.2);
  }

  _stringOf(pitch, kind) {
    const key = `${kind} ${pitch}`;
    if (!this._strings.has(key)) {
      const { sampleRate } = this.context;
      const frequency = 440 * 2 ** ((pitch - 69) / 12);
      const period = Math.max(2, Math.round(sampleRate / frequency - 0.5));
      const buffer = this.context.createBuffer(1, Math.round(LONGEST[kind] * sampleRate), sampleRate);
      const wave = buffer.getChannelData(0);
      let seed = 1, last = 0;
      const soft = kind === "bass" ? 0.12 : 0.5; // how bright the finger is
      for (let index = 0; index < period; index += 1) {
        seed = (seed * 16807) % 2147483647; // Park and Miller, 1988: the same string every time
        last += soft * ((2 * seed) / 2147483647 - 1 - last);
        wave[index] = last;
      }
      const mean = wave.slice(0, period).reduce((sum, value) => sum + value, 0) / period;
      const peak = wave.slice(0, period).reduce((most, value) => Math.max(most, Math.abs(value - mean)), 1e-6);
      for (let index = 0; index < period; index += 1) wave[index] = (0.8 * (wave[index] - mean)) / peak;
      const damped = 0.5 * 0.999 ** (frequency / 110);
      for (let index = period; index < wave.length; index += 1) {
        wave[index] = damped * (wave[index - period] + wave[Math.max(index - period - 1, 0)]);
      }
      this._strings.set(key, { buffer, rate: (frequency * (period + 0.5)) / sampleRate });
    }
    return this._strings.get(key);
  }

  /** A tone that holds: two saws a little apart, through a filter. */
  _tone(time, duration, pitch, loud) {
    const { context } = this;
    const filter = context.createBiquadFilter();
    filter.type = "lowpass";
    filter.frequency.value = Math.min(900 + 40 * pitch, 6000);
    filter.connect(this._shaped(time, loud * 0.22, Math.max(duration - 0.04, 0.03), 0.12));
    for (const cents of [-5, 5]) {
      const oscillator = context.createOscillator();
      oscillator.type = "sawtooth";
      oscillator.frequency.value = 440 * 2 ** ((pitch - 69) / 12);
      oscillator.detune.value = cents;
      oscillator.connect(filter);
      oscillator.start(time);
      oscillator.stop(time + duration + 0.2);
    }
  }

  /** Skins are falling tones, metal and snares are noise, by the keys of General MIDI. */
  _drum(time, key, loud) {
    const skins = { 35: [120, 45], 36: [130, 48], 41: [130, 80], 43: [150, 95], 45: [180, 115], 47: [210, 140], 48: [240, 165], 50: [280, 200] };
    if (skins[key]) this._sweep(time, ...skins[key], loud * 1.2, 0.28);
    else if ([37, 38, 39, 40].includes(key)) {
      this._sweep(time, 220, 170, loud * 0.5, 0.1);
      this._noise(time, "bandpass", 2200, loud * 0.7, 0.14);
    } else if ([42, 44].includes(key)) this._noise(time, "highpass", 7500, loud * 0.35, 0.05);
    else if ([46, 49, 51, 52, 53, 55, 57, 59].includes(key)) this._noise(time, "highpass", 6000, loud * 0.35, key === 46 ? 0.3 : 0.8);
    else this._sweep(time, 700 + 12 * key, 600 + 12 * key, loud * 0.4, 0.06);
  }

  _sweep(time, from, to, loud, length) {
    const oscillator = this.context.createOscillator();
    oscillator.frequency.setValueAtTime(from, time);
    oscillator.frequency.exponentialRampToValueAtTime(to, time + length);
    oscillator.connect(this._shaped(time, loud, 0, length));
    oscillator.start(time);
    oscillator.stop(time + length + 0.05);
  }

  _noise(time, type, frequency, loud, length) {
    const { context } = this;
    if (!this._white) {
      this._white = context.createBuffer(1, context.sampleRate, context.sampleRate);
      const wave = this._white.getChannelData(0);
      let seed = 7;
      for (let index = 0; index < wave.length; index += 1) {
        seed = (seed * 16807) % 2147483647;
        wave[index] = (2 * seed) / 2147483647 - 1;
      }
    }
    const source = context.createBufferSource(), filter = context.createBiquadFilter();
    source.buffer = this._white;
    filter.type = type;
    filter.frequency.value = frequency;
    source.connect(filter);
    filter.connect(this._shaped(time, loud, 0, length));
    source.start(time);
    source.stop(time + length + 0.05);
  }

  _click(time, weight) {
    const [frequency, loud] = CLICKS[weight];
    this._sweep(time, frequency, frequency * 0.9, loud, 0.04);
  }
}
