import { expect, it } from "vitest";
import { attack } from "../../testing/attack.ts";

it.each([
  ["Buffer.from('häß').toString('base64')", "aMOkw58="],
  ["Buffer.from('aGk=', 'base64').toString()", "hi"],
  [
    "[Buffer.byteLength('ä'), Buffer.concat([Buffer.from('a'), Buffer.from([98])]).toString('latin1'), Buffer.from('ab')[1]]",
    [2, "ab", 98],
  ],
  [
    "[Buffer.isBuffer(Buffer.alloc(1)), Buffer.isBuffer(new Uint8Array(1)), Buffer.from('a') instanceof Buffer, Buffer.from('a') instanceof Uint8Array]",
    [true, false, true, true],
  ],
  [
    "[...Buffer.from('ab')].concat([...Buffer.from('abc').subarray(1)], [Buffer.from('abc').slice(2).toString()])",
    [97, 98, 98, 99, "c"],
  ],
  [
    "[Buffer.from('a').equals(Buffer.from('a')), Buffer.compare(Buffer.from('a'), Buffer.from('b')), Buffer.from('abc').indexOf('c')]",
    [true, -1, 2],
  ],
  [
    "(() => { const b = Buffer.alloc(4); b.writeUInt16BE(258, 1); b.fill(7, 3); return [...b] })()",
    [0, 1, 2, 7],
  ],
  [
    "(() => { const to = new Uint8Array(3); return [new TextEncoder().encodeInto('abcd', to), [...to]] })()",
    [{ read: 3, written: 3 }, [97, 98, 99]],
  ],
  [
    "(() => { const b = Buffer.alloc(3); Buffer.from('xyz').copy(b, 1); return b.toJSON() })()",
    { type: "Buffer", data: [0, 120, 121] },
  ],
  ["new URL('../c?d=1#e', 'http://a:80/b/').href", "http://a/c?d=1#e"],
  [
    "(() => { const u = new URL('http://a/'); u.searchParams.set('b', 'ü'); u.pathname = '/x'; return [String(u), JSON.stringify({ u }), u.searchParams.get('b')] })()",
    ["http://a/x?b=%C3%BC", '{"u":"http://a/x?b=%C3%BC"}', "ü"],
  ],
  [
    "[...new URLSearchParams({ a: '1', b: '2' })].concat([[...new URLSearchParams('c=3').keys()]])",
    [["a", "1"], ["b", "2"], ["c"]],
  ],
  [
    "[new URL('http://a') instanceof URL, new URL('http://a').searchParams instanceof URLSearchParams, URL.canParse('x'), URL.name]",
    [true, true, false, "URL"],
  ],
  [
    "(() => { try { return new URL('x') } catch (error) { return [error instanceof TypeError, error.code, error.input] } })()",
    [true, "ERR_INVALID_URL", "x"],
  ],
  [
    "(() => { class Own extends URL { get short() { return this.host } } const own = new Own('http://a/'); return [own.short, own instanceof Own, own.href] })()",
    ["a", true, "http://a/"],
  ],
  [
    "new TextDecoder().decode(new TextEncoder().encode('ä')) + new TextDecoder('utf-16le').encoding",
    "äutf-16le",
  ],
  [
    "[...transport].concat([typeof transport[Symbol.iterator]().next().value.list])",
    [{ list: [1], when: new Date(0) }, "object"],
  ],
  ["[btoa('x'), atob('eA==')]", ["eA==", "x"]],
  [
    "(() => { const m = new Map([[1, { s: new Set([2]), d: new Date(3), r: /x/gi, e: new RangeError('r') }]]); m.get(1).self = m; const c = structuredClone(m); const { s, d, r, e, self } = c.get(1); return [c !== m, self === c, c instanceof Map, s.has(2), d.getTime(), String(r), e instanceof RangeError] })()",
    [true, true, true, true, 3, "/x/gi", true],
  ],
  [
    "(() => { try { structuredClone(() => 1) } catch (error) { return [error.name, error instanceof Error] } })()",
    ["DataCloneError", true],
  ],
  [
    "(() => { const seen = []; const c = new AbortController(); const heard = (event) => seen.push(event.type, event.target === c.signal); c.signal.addEventListener('abort', heard); c.signal.onabort = () => seen.push('on'); const why = new Error('why'); c.abort(why); return [seen, c.signal.aborted, c.signal.reason === why, c.signal instanceof AbortSignal] })()",
    [["abort", true, "on"], true, true, true],
  ],
  [
    "(() => { const seen = []; const c = new AbortController(); const heard = () => seen.push(1); c.signal.addEventListener('abort', heard); c.signal.removeEventListener('abort', heard); c.abort(); return [seen, AbortSignal.any([c.signal]).aborted] })()",
    [[], true],
  ],
  [
    "(() => { try { AbortSignal.abort(new TypeError('t')).throwIfAborted() } catch (error) { return [error instanceof TypeError, error.message] } })()",
    [true, "t"],
  ],
])("%s", async (expression, expected) => {
  expect(await attack(`return ${expression}`)).toEqual(expected);
});
