// What went wrong, as a sentence in the reader's language. Codes that the page does not know are told
// by their kind, and what the server said stays beside them.
import { ApiError } from '../http'
import { i18n } from './index'

export interface Told {
  sentence: string
  detail: string
  fields: string[]
}

// Codes that say where the mistake is, but not which: that is in the server's own words.
const NEEDS_DETAIL = new Set(['failed', 'bad_query', 'bad_body', 'bad_device', 'bad_command', 'invalid', 'range', 'syntax', 'unsupported'])

export function tell(error: unknown): Told {
  const { t, te } = i18n.global
  if (!(error instanceof ApiError)) return { sentence: t('problem.failed'), detail: error instanceof Error ? error.message : '', fields: [] }
  const wait = error.retryAfterS === null ? '' : t('problem.wait', { n: Math.ceil(error.retryAfterS) })
  const key = te(`problem.${error.code}`) ? `problem.${error.code}` : te(`problem.status.${error.status}`) ? `problem.status.${error.status}` : 'problem.failed'
  return {
    sentence: t(key) + wait,
    detail: te(`problem.${error.code}`) && !NEEDS_DETAIL.has(error.code) ? '' : error.detail,
    fields: error.fields.map((f) => `${f.pointer.replace(/^#?\//, '')}: ${f.detail}`),
  }
}
