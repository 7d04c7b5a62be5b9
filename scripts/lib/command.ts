import { ConfigError, envFile } from '@meeshy/shared/config'
import { Stop } from './stop.js'
import { paint } from './terminal.js'

export { Stop }

/**
 * Runs a command of start.sh as this process. Its result is the exit code; a Stop or a wrong setting prints its
 * sentence and ends with 1, a wrong option with 2.
 */
export async function runCommand(main: () => Promise<number>): Promise<never> {
  // Whoever reads the output may leave: ./start.sh demo | head
  process.stdout.on('error', () => process.exit(1))
  try {
    process.exit(await main())
  } catch (error) {
    process.stderr.write(`${paint('red', explain(error))}\n`)
    process.exit(isWrongOption(error) ? 2 : 1)
  }
}

function explain(error: unknown): string {
  if (error instanceof ConfigError) return `${error.message}\nThe settings are in ${envFile}.`
  if (error instanceof Stop || isWrongOption(error)) return (error as Error).message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

function isWrongOption(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
}
