/** "1.0 s in the median, 1.6 s at most". */
export function spread(milliseconds: readonly number[]): string {
  const sorted = [...milliseconds].sort((a, b) => a - b)
  const seconds = (value = 0) => `${(value / 1000).toFixed(2)} s`
  return `${seconds(sorted[sorted.length >> 1])} in the median, ${seconds(sorted.at(-1))} at most`
}
