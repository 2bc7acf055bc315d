// Questions to the studio's server: lines of JSON come back, progress first; a question that is given up ends its work.

/** What went wrong, in words for the page. */
export class Refusal extends Error {}

/**
 * Ask, and answer { about, result } or { file, type, blob }. `body` is a File, or a value that is sent as JSON;
 * `onprogress` is called with (words, done, of).
 */
export async function ask(path, { body, signal, onprogress = () => {} } = {}) {
  let response;
  try {
    response = await fetch(path, { method: body === undefined ? "GET" : "POST", signal, body: body instanceof Blob || body === "" ? body : body && JSON.stringify(body) });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Refusal("the studio does not answer: is mi-theme studio still running?");
  }
  if (!response.headers.get("content-type")?.includes("ndjson")) {
    const answer = await response.json().catch(() => ({}));
    if (!response.ok) throw Object.assign(new Refusal(answer.error ?? `the studio answers ${response.status}`), { status: response.status });
    return answer;
  }
  const reader = response.body.getReader();
  const letters = new TextDecoder();
  let waiting = new Uint8Array(0);
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) throw new Refusal("the studio was ended");
      waiting = joined(waiting, value);
      for (let end = waiting.indexOf(10); end >= 0; end = waiting.indexOf(10)) {
        const line = letters.decode(waiting.subarray(0, end));
        waiting = waiting.subarray(end + 1);
        if (!line) continue;
        const told = JSON.parse(line);
        if (told.error !== undefined) throw new Refusal(told.error);
        if (told.progress) onprogress(...told.progress);
        else if (told.file) return { ...told, blob: await rest(reader, waiting, told) };
        else {
          while (!(await reader.read()).done); // nothing more, but the end
          return told;
        }
      }
    }
  } catch (error) {
    if (error instanceof TypeError && !signal?.aborted) throw new Refusal("the studio was ended");
    throw error;
  }
}

/** The bytes of a file behind its line. */
async function rest(reader, first, { type, size }) {
  const parts = [first];
  let length = first.length;
  while (length < size) {
    const { value, done } = await reader.read();
    if (done) throw new Refusal("the studio was ended");
    parts.push(value);
    length += value.length;
  }
  await reader.read();
  return new Blob(parts, { type });
}

function joined(a, b) {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
