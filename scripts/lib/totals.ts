export interface Totals {
  passed: number
  failed: number
}

/** The part of vitest's JSON report that is counted. */
export interface VitestReport {
  numPassedTests: number
  numFailedTests: number
  testResults: { status: string; assertionResults: { status: string }[] }[]
}

/**
 * What a run of vitest comes to. Its own numbers have two holes, which are closed here: a file that does not load
 * counts as no test at all, and a stray rejection or a crash shows in the exit code only.
 */
export function totalsOf(report: VitestReport | null, exitCode: number): Totals {
  const passed = report?.numPassedTests ?? 0
  const failedFiles = (report?.testResults ?? []).filter(
    ({ status, assertionResults }) =>
      status === 'failed' && assertionResults.every((assertion) => assertion.status !== 'failed'),
  )
  const failed = (report?.numFailedTests ?? 0) + failedFiles.length
  const unexplained = failed === 0 && (exitCode !== 0 || report === null)
  return { passed, failed: unexplained ? 1 : failed }
}

export function add(all: readonly Totals[]): Totals {
  return all.reduce((sum, { passed, failed }) => ({ passed: sum.passed + passed, failed: sum.failed + failed }), {
    passed: 0,
    failed: 0,
  })
}
