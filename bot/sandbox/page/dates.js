/** Times as a person sees them: in their own time zone, relative to the sandbox's clock. */

let skew = 0;

/** Learn the sandbox's present moment (ISO text). */
export function setClock(iso) {
  skew = new Date(iso).getTime() - Date.now();
}

/** The sandbox's present moment. */
export const now = () => new Date(Date.now() + skew);

/** A Slack `ts` ("1763900000.000100") as a Date. */
export const fromTs = (ts) => new Date(Number(ts) * 1000);

const cache = new Map();

function format(date, tz, options) {
  const key = tz + JSON.stringify(options);
  if (!cache.has(key)) cache.set(key, new Intl.DateTimeFormat("en-GB", { timeZone: tz, hourCycle: "h23", ...options }));
  return cache.get(key).format(date);
}

/** Calendar day in a zone, "2026-11-23"; comparable as text. */
export function dayOf(date, tz) {
  const options = { year: "numeric", month: "2-digit", day: "2-digit" };
  return format(date, tz, options).split("/").reverse().join("-");
}

export const time = (date, tz) => format(date, tz, { hour: "2-digit", minute: "2-digit" });

/** The parts of the clock in the top bar. */
export const clockParts = (date, tz) => ({
  weekday: format(date, tz, { weekday: "short" }),
  date: format(date, tz, { day: "numeric", month: "short" }),
  clock: time(date, tz),
});

/** "Mon 23 Nov, 17:01" */
export function clockText(date, tz) {
  const parts = clockParts(date, tz);
  return `${parts.weekday} ${parts.date}, ${parts.clock}`;
}

/** "Europe/Berlin" as "Berlin". */
export const placeName = (tz) => tz.split("/").pop().replaceAll("_", " ");

function dayDistance(date, tz) {
  const day = (moment) => Date.parse(dayOf(moment, tz)) / 86_400_000;
  return day(date) - day(now());
}

/** "today", "yesterday" or "tomorrow", else null. */
function nearDay(date, tz) {
  return { "-1": "yesterday", 0: "today", 1: "tomorrow" }[dayDistance(date, tz)] ?? null;
}

const ordinal = (n) => {
  const tens = n % 100;
  if (tens >= 11 && tens <= 13) return `${n}th`;
  return `${n}${{ 1: "st", 2: "nd", 3: "rd" }[n % 10] ?? "th"}`;
};

function longDate(date, tz, { month, weekday, year }) {
  const part = (options) => format(date, tz, options);
  const day = ordinal(Number(part({ day: "numeric" })));
  const name = `${part({ month })} ${day}${year ? `, ${part({ year: "numeric" })}` : ""}`;
  return weekday ? `${part({ weekday: "long" })}, ${name}` : name;
}

/** What a day divider says. */
export function dayLabel(date, tz) {
  const near = nearDay(date, tz);
  if (near) return near[0].toUpperCase() + near.slice(1);
  return format(date, tz, { weekday: "long", day: "numeric", month: "long" });
}

/** "3 hours ago", "in 2 days". */
export function ago(date) {
  const seconds = (date - now()) / 1000;
  const units = [
    ["day", 86_400],
    ["hour", 3600],
    ["minute", 60],
  ];
  for (const [unit, size] of units) {
    if (Math.abs(seconds) >= size) {
      return new Intl.RelativeTimeFormat("en").format(Math.trunc(seconds / size), unit);
    }
  }
  return seconds > 0 ? "in a moment" : "just now";
}

const TOKENS = {
  date_num: (d, tz) => dayOf(d, tz),
  date_slash: (d, tz) => dayOf(d, tz).replaceAll("-", "/"),
  date: (d, tz) => longDate(d, tz, { month: "long", year: true }),
  date_short: (d, tz) => format(d, tz, { day: "numeric", month: "short", year: "numeric" }),
  date_long: (d, tz) => longDate(d, tz, { month: "long", weekday: true, year: true }),
  date_long_full: (d, tz) => longDate(d, tz, { month: "long", weekday: true, year: true }),
  day_divider_pretty: (d, tz) => dayLabel(d, tz),
  time: (d, tz) => time(d, tz),
  time_secs: (d, tz) => format(d, tz, { hour: "2-digit", minute: "2-digit", second: "2-digit" }),
  ago: (d) => ago(d),
};
for (const name of ["date", "date_short", "date_long"]) {
  TOKENS[`${name}_pretty`] = (d, tz) => nearDay(d, tz) ?? TOKENS[name](d, tz);
}

/** Fill a `<!date^…>` format for one viewer; null when it uses a token that Slack does not know. */
export function slackDate(unix, pattern, tz) {
  const date = new Date(unix * 1000);
  if (Number.isNaN(date.getTime())) return null;
  let known = true;
  const text = pattern.replace(/\{([a-z_]+)\}/g, (whole, name) => {
    if (!TOKENS[name]) known = false;
    return TOKENS[name]?.(date, tz) ?? whole;
  });
  return known ? text : null;
}
