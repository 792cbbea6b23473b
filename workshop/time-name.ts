/**
 * A time as part of a file's name: `2026-11-24T13-20-05`, by the clock on the wall. Without colons,
 * which Windows does not allow there.
 */
export function timeName(time = new Date()): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const day = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())];
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map(two);
  return `${day.join("-")}T${clock.join("-")}`;
}
