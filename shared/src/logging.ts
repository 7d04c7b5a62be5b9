import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import winston from 'winston'
import { redactField, redactLine } from './redact.js'

export type Logger = winston.Logger

const levels = { fatal: 0, error: 1, warn: 2, info: 3, debug: 4, trace: 5 }
const colors = { fatal: 'magenta', error: 'red', warn: 'yellow', info: 'green', debug: 'blue', trace: 'gray' }
winston.addColors(colors)

const maxFileBytes = 10 * 1024 * 1024
const maxFiles = 5

/** Where winston keeps the finished line, and the level as it was given. */
const lineOf = Symbol.for('message')
const levelOf = Symbol.for('level')

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
    transports: [new Terminal({ format: terminalFormat() })],
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

/** What the terminal is still to show: one write for all lines of a turn of the event loop. */
const waiting: string[] = []
process.on('exit', showWaiting)

function showWaiting(): void {
  if (waiting.length > 0) process.stdout.write(waiting.splice(0).join(''))
}

/** Failures go to stderr at once, everything else to stdout. winston's own console writes every line by itself. */
class Terminal extends winston.transports.Console {
  override log(info: Record<symbol, string>, next: () => void): void {
    const line = `${info[lineOf]}\n`
    if (info[levelOf] === 'fatal' || info[levelOf] === 'error') process.stderr.write(line)
    else if (waiting.push(line) === 1) setImmediate(showWaiting)
    next()
  }
}

const redact = winston.format((info) => {
  for (const [key, value] of Object.entries(info)) {
    if (key === 'message') info.message = redactLine(String(value))
    else if (key !== 'level') info[key] = redactField(key, value)
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
