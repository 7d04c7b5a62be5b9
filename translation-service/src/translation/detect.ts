import { isLanguage, type Language, languages } from '@meeshy/shared/languages'
import type { eld } from 'eld'
import { countLetters } from './scripts.js'
import { withoutSpans } from './spans.js'

export interface Detection {
  /** `und` for text without a word of the ten languages: nothing to translate. */
  language: Language | 'und'
  /** Whether the text itself said so, or the sender's profile decided. */
  source: 'detected' | 'profile'
  /** 0 to 1: how well the text fits the language; 0 when only the profile spoke for it. */
  confidence: number
}

/** So much of the best language's score is enough for the sender's own: neighbours like es and pt share most words. */
const CLOSE_ENOUGH = 0.95

// Simplified characters, and others that Chinese uses and Japanese does not.
const CHINESE_ONLY =
  /[们这说吗呢吧么还谁给让从对时间问题请谢你您别况乐车东见买卖书门开关听觉认识话语读谈该现视爱欢观难妈爸它咱啊哦嗯啦呀哈嘛怎啥很发电动进远运过边达应钱错钟预须项顺页风飞饭馆饿龙帮办员师张陈刘华卫为]/u

/**
 * The language of a text. Its script decides where it can; otherwise a detector does, where it is sure; otherwise the
 * sender's language (`fallback`) is believed. Without a fallback the detector's best guess is given.
 */
export async function detectLanguage(text: string, fallback: Language | null): Promise<Detection> {
  const words = withoutSpans(text)
  return byScript(words, fallback) ?? byWords(await loadDetector(), words, fallback)
}

/** Loads the detector's database, once: about 50 MB of memory and half a second, which no first message should wait for. */
export function loadDetector(): Promise<Detector> {
  // One failure is no reason to fail for ever.
  loading ??= openDetector().catch((error: unknown) => {
    loading = undefined
    throw error
  })
  return loading
}

type Detector = typeof eld

let loading: Promise<Detector> | undefined

async function openDetector(): Promise<Detector> {
  const { eld } = await import('eld')
  await eld.load('extrasmall')
  eld.setLanguageSubset(languages)
  return eld
}

/** What can be said without a detector; undefined for Latin letters. */
function byScript(words: string, fallback: Language | null): Detection | undefined {
  const { latin, cyrillic, arabic, han, kana, other } = countLetters(words)
  const most = Math.max(latin, cyrillic, arabic, han + kana, other)
  if (most === 0 || most === other) return detected('und')
  if (most === latin) return undefined
  if (most === cyrillic) return detected('ru')
  if (most === arabic) return detected('ar')
  // A single の decorates Chinese shop signs, too.
  if (kana > 0 && kana * 10 >= han) return detected('ja')
  return byCharacters(words, fallback)
}

/** Characters that Chinese and Japanese share: "了解" is a word in both, and its sender decides. */
function byCharacters(words: string, fallback: Language | null): Detection | undefined {
  if (CHINESE_ONLY.test(words)) return detected('zh')
  if (fallback === 'zh' || fallback === 'ja') return believed(fallback)
  return detected('zh')
}

function byWords(detector: Detector, words: string, fallback: Language | null): Detection {
  const result = detector.detect(words)
  const scores = result.getScores()
  const guess = isLanguage(result.language) ? result.language : null
  const confidence = guess === null ? 0 : (scores[guess] ?? 0)
  if (fallback === null) return guess === null ? detected('und', 0) : detected(guess, confidence)
  if (guess === null || !result.isReliable())
    return guess === fallback ? detected(guess, confidence) : believed(fallback)
  const own = scores[fallback] ?? 0
  return guess !== fallback && own >= CLOSE_ENOUGH * confidence ? believed(fallback, own) : detected(guess, confidence)
}

function detected(language: Language | 'und', confidence = 1): Detection {
  return { language, source: 'detected', confidence }
}

function believed(language: Language, confidence = 0): Detection {
  return { language, source: 'profile', confidence }
}
