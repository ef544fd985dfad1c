import { expect, it } from "vitest";
import { attack } from "../../testing/attack.ts";

// Where the stack ends in a function of the host's, the engine throws an error of the host's.
it.each([
  ["catch", "try { error.stack } catch (thrown) { got.push(thrown) }"],
  [
    "catch with a pattern",
    "try { error.stack } catch ({ constructor, __proto__: proto }) { got.push(constructor, proto) }",
  ],
  ["a catch in a catch", "try { null.x } catch { try { error.stack } catch (thrown) { got.push(thrown) } }"],
  ["a call outside", "try { joinPath(error) } catch (thrown) { got.push(thrown) }"],
  [
    "a getter of the flow API",
    "try { env.gateway.pid; state.getSnapshot(); transport.inner } catch (thrown) { got.push(thrown) }",
  ],
  [
    "catch of a promise",
    "late.push((async () => { error.stack })().catch((thrown) => { got.push(thrown) }))",
  ],
  [
    "then of a promise",
    "late.push(new Promise(() => error.stack).then(null, (thrown) => { got.push(thrown) }))",
  ],
  [
    "allSettled",
    "late.push(Promise.allSettled([(async () => { error.stack })()]).then((all) => { got.push(...all.map(({ reason }) => reason)) }))",
  ],
  [
    "any",
    "late.push(Promise.any([(async () => { error.stack })()]).catch((thrown) => { got.push(...thrown.errors) }))",
  ],
  [
    "await",
    "late.push((async () => { try { await (async () => { error.stack })() } catch (thrown) { got.push(thrown) } })())",
  ],
  [
    "finally and for await",
    "late.push((async () => { try { for await (const x of (async function* () { error.stack; yield 1 })()) x } catch (thrown) { got.push(thrown) } finally { got.push(1) } })())",
  ],
  [
    "using",
    "try { using x = { [Symbol.dispose]() { throw 1 } }; error.stack } catch (thrown) { got.push(thrown, thrown.error, thrown.suppressed) }",
  ],
])("an error for want of stack, in %s", async (_name, probe) => {
  const found = await attack(`
      const got = []; const late = []; let hits = 0;
      const errors = Array.from({ length: 30 }, () => new Error('x'));
      const dive = (depth) => { try { dive(depth + 1) } catch (caught) {
        if (hits < 30) { hits += 1; const error = errors[hits - 1]; try { ${probe} } catch (again) { got.push(again) } throw caught; }
      } };
      // The frames above it move the place where the stack ends.
      const above = (count, a, b, c) => count > 0 ? [above(count - 1, a, b, c), a, b, c] : dive(0);
      for (let count = 0; count < 12; count += 1) { hits = 0; try { above(count) } catch (caught) { got.push(caught) } }
      got.push(...(await Promise.allSettled(late)).map(({ reason }) => reason));
      return [got.filter(foreign).length, got.length > 0];`);
  expect(found).toEqual([0, true]);
});
