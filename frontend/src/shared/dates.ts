/** Dates as people type them: 2026/4/1, 20260401, 令和8年4月1日, S60.4.1. The server decides; this echoes. */

const ERAS: [RegExp, number][] = [
  [/^(?:令和|令|㋿|r)/i, 2018],
  [/^(?:平成|平|㍻|h)/i, 1988],
  [/^(?:昭和|昭|㍼|s)/i, 1925],
  [/^(?:大正|大|㍽|t)/i, 1911],
  [/^(?:明治|明|㍾|m)/i, 1867],
];

/** The day that was meant, or null when it cannot be told. */
export function readDate(text: string): Date | null {
  let rest = text.normalize("NFKC").trim().replace(/\s+/g, "");
  if (!rest) return null;
  let before = 0;
  for (const [era, year] of ERAS) {
    if (era.test(rest)) {
      before = year;
      rest = rest.replace(era, "").replace(/^元/, "1");
      break;
    }
  }
  const whole = /^(\d{4})(\d{2})(\d{2})$/.exec(rest);
  const parts = whole ?? /^(\d{1,4})[年./-](\d{1,2})[月./-](\d{1,2})日?(?:\(.\))?$/.exec(rest);
  if (!parts) return null;
  const [year, month, day] = [before + Number(parts[1]), Number(parts[2]), Number(parts[3])];
  if (year < 1800 || year > 2200) return null;
  const date = new Date(year, month - 1, day);
  return date.getMonth() === month - 1 && date.getDate() === day ? date : null;
}

export function iso(date: Date): string {
  const two = (number: number): string => String(number).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** 2026年11月21日(土), or Sat, 21 Nov 2026, by the page's language. */
export function spoken(date: Date): string {
  if (document.documentElement.lang.startsWith("ja")) {
    const weekday = "日月火水木金土".charAt(date.getDay());
    return `${date.getFullYear()}年${date.getMonth() + 1}月${date.getDate()}日(${weekday})`;
  }
  return date
    .toLocaleDateString("en-GB", { weekday: "short", day: "numeric", month: "short", year: "numeric" });
}
