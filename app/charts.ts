import type pg from "pg";

export interface Day {
  /** Such as `2027-03-31`, in UTC. */
  day: string;
  quotes: number;
}

/** The quotes of the last seven days, today included, a day without any as well. */
export async function quotesByDay(pool: pg.Pool): Promise<Day[]> {
  const { rows } = await pool.query<Day>({
    name: "quotes-by-day",
    text: `SELECT to_char(day, 'YYYY-MM-DD') AS day, count(quotes.id)::integer AS quotes
           FROM generate_series(0, 6) AS back,
             LATERAL (SELECT date_trunc('day', now() AT TIME ZONE 'UTC') - back * interval '1 day' AS day) AS days
             LEFT JOIN quotes ON quotes.created_at >= days.day AT TIME ZONE 'UTC'
               AND quotes.created_at < (days.day + interval '1 day') AT TIME ZONE 'UTC'
           GROUP BY day ORDER BY day`,
  });
  return rows;
}

const WIDTH = 60;
const HEIGHT = 100;

/** A bar a day, as SVG; the highest fills the height. */
export function chart(days: readonly Day[]): string {
  const most = Math.max(1, ...days.map(({ quotes }) => quotes));
  const bars = days.map(({ day, quotes }, index) => {
    const height = Math.round((quotes / most) * HEIGHT);
    const middle = index * WIDTH + WIDTH / 2;
    return `<rect x="${index * WIDTH + 5}" y="${20 + HEIGHT - height}" width="${WIDTH - 10}" height="${height}" fill="#36c"/>
    <text x="${middle}" y="${15 + HEIGHT - height}" text-anchor="middle" font-size="12">${quotes}</text>
    <text x="${middle}" y="${HEIGHT + 36}" text-anchor="middle" font-size="12">${day.slice(5)}</text>`;
  });
  return `<section id="charts">
    <h2>Quotes of the last seven days</h2>
    <svg viewBox="0 0 ${days.length * WIDTH} ${HEIGHT + 44}" role="img" aria-label="Quotes a day">${bars.join("\n    ")}</svg>
  </section>`;
}
