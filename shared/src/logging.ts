import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import winston from 'winston'
import { redactFields, redactLine } from './redact.js'

export type Logger = winston.Logger

const levels = { fatal: 0, error: 1, warn: 2, info: 3, debug: 4, trace: 5 }
const colors = { fatal: 'magenta', error: 'red', warn: 'yellow', info: 'green', debug: 'blue', trace: 'gray' }
winston.addColors(colors)

const maxFileBytes = 10 * 1024 * 1024
const maxFiles = 5

export interface LoggingOptions {
  service: string
  level: string
  /** Folder of `<service>.log`, rotated by size; empty writes no file. */
  directory: string
}

/** A logger for fixed sentences with fields: readable lines on the terminal, JSON in a rotated file. */
export function createLogger({ service, level, directory }: LoggingOptions): Logger {
  const logger = winston.createLogger({
    levels,
    level,
    defaultMeta: { service },
    format: winston.format.combine(redact(), winston.format.timestamp()),
    transports: [new winston.transports.Console({ format: terminalFormat(), stderrLevels: ['fatal', 'error'] })],
  })
  if (directory) {
    mkdirSync(directory, { recursive: true })
    const file = new winston.transports.File({
      filename: join(directory, `${service}.log`),
      format: winston.format.json(),
      maxsize: maxFileBytes,
      maxFiles,
      tailable: true,
    })
    // A full disk costs log lines, not the service.
    file.on('error', (error: Error) => process.stderr.write(`log file: ${error.message}\n`))
    logger.add(file)
  }
  return logger
}

/** The stream that carries Fastify's own JSON lines into winston. */
export function fastifyLogStream(logger: Logger): { write(line: string): void } {
  const names = new Map([10, 20, 30, 40, 50, 60].map((number, index) => [number, Object.keys(levels)[5 - index]]))
  return {
    write(line) {
      // winston appends a field named `message` to the text, so it is taken out first.
      const { level, message, ...fields } = JSON.parse(line) as { level: number; message?: string }
      logger.log(names.get(level) ?? 'info', message ?? '', fields)
    },
  }
}

const redact = winston.format((info) => {
  for (const [key, value] of Object.entries(info)) {
    if (key === 'message') info.message = redactLine(String(value))
    else if (key !== 'level') Object.assign(info, redactFields({ [key]: value }))
  }
  return info
})

function terminalFormat(): winston.Logform.Format {
  const line = winston.format.printf(({ level, message, timestamp, service: _, ...fields }) => {
    const rest = Object.keys(fields).length > 0 ? ` ${JSON.stringify(fields)}` : ''
    return `${String(timestamp).slice(11, 23)} ${level} ${message}${rest}`
  })
  const wantsColor = process.env.NO_COLOR === undefined && (process.stdout.isTTY || process.env.FORCE_COLOR)
  return wantsColor ? winston.format.combine(winston.format.colorize(), line) : line
}
