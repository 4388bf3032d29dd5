/** <div class="chart" data-chart="id of a json_script, or a URL">: ECharts comes only when needed. */
import type { EChartsCoreOption } from "echarts/core";
import { whenever } from "../shared/page";

const COLOURS = ["#1f4080", "#5b86c5", "#24694a", "#c58a1c", "#b93319", "#63408c", "#1b7d87", "#8b8778"];

async function option(source: string): Promise<EChartsCoreOption> {
  const script = document.getElementById(source.replace(/^#/, ""));
  if (script) return JSON.parse(script.textContent ?? "{}") as EChartsCoreOption;
  const answer = await fetch(source, { headers: { Accept: "application/json" } });
  return (await answer.json()) as EChartsCoreOption;
}

export function startCharts(): void {
  whenever("[data-chart]", (place) => {
    void Promise.all([import("./echarts"), option(place.dataset.chart ?? "")]).then(
      ([{ init }, chosen]) => {
        const chart = init(place, undefined, { renderer: "canvas" });
        chart.setOption({
          color: COLOURS,
          textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
          grid: { left: 8, right: 8, top: 32, bottom: 8, containLabel: true },
          tooltip: { trigger: "axis", confine: true, renderMode: "richText" }, // no style attributes
          animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
          aria: { enabled: true },
          ...chosen,
        });
        new ResizeObserver(() => chart.resize()).observe(place);
      },
    );
  });
}
