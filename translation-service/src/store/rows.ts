import type {
  Message as MessageModel,
  MessageTranslation as TranslationModel,
} from '@meeshy/shared/generated/prisma/client'

/** A row as SQL returns it: times are ISO 8601 text, truth is 0 or 1. */
export type Stored<Model> = {
  [Column in keyof Model]: Model[Column] extends boolean
    ? number
    : Model[Column] extends Date
      ? string
      : Model[Column] extends Date | null
        ? string | null
        : Model[Column]
}

export type MessageRow = Stored<MessageModel> & { content: string }

export type TranslationRow = Stored<TranslationModel> & { text: string | null }

let latest = { milliseconds: Number.NaN, text: '' }

/** The time as rows have it. The rows of one write share theirs mostly, and writing it out costs as much as a row. */
export function timestamp(milliseconds = Date.now()): string {
  if (milliseconds !== latest.milliseconds) latest = { milliseconds, text: new Date(milliseconds).toISOString() }
  return latest.text
}
