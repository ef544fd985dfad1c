import { render } from "preact";
import { useEffect, useRef } from "preact/hooks";
import "./app.css";
import { Comparison } from "./compare.tsx";
import { data } from "./data.ts";
import { headline, Overview } from "./overview.tsx";
import { Nothing } from "./parts.tsx";
import { hrefOf, useRoute } from "./route.ts";
import { Scenario } from "./scenario.tsx";

function App() {
  const route = useRoute();
  const [run, other] = data.runs;
  const seen = useRef<string | undefined>(undefined);
  if (route.id !== undefined) seen.current = route.id;
  useEffect(() => {
    const runs = data.runs.map(headline).join(" | ");
    document.title = [route.id, runs, "Gateway QA"].filter(Boolean).join(" · ");
  }, [route.id]);
  if (!run) return <Nothing>This page holds no run.</Nothing>;
  if (other) return <Comparison data={data} route={route} />;
  const index = run.scenarios.findIndex(({ id }) => id === route.id);
  if (route.id === undefined) return <Overview run={run} seen={seen.current} />;
  return (
    <main class="scenario">
      {index < 0 ? (
        <>
          <Nothing>There is no scenario {route.id} in this run.</Nothing>
          <a href={hrefOf({})}>All scenarios</a>
        </>
      ) : (
        <Scenario run={run} index={index} route={route} />
      )}
    </main>
  );
}

const app = document.getElementById("app");
if (app) render(<App />, app);
