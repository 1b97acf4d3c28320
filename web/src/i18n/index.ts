import { createI18n } from 'vue-i18n'
import en from './en'
import zh from './zh'

export type Language = 'zh' | 'en'

const KEY = 'yancheng.language'

// What the user chose; else Chinese, unless the browser asks for another language only.
function firstLanguage(): Language {
  const kept = localStorage.getItem(KEY)
  if (kept === 'zh' || kept === 'en') return kept
  return navigator.languages.length > 0 && !navigator.languages.some((l) => l.startsWith('zh')) && navigator.languages.some((l) => !l.startsWith('en'))
    ? 'en'
    : 'zh'
}

export const i18n = createI18n<[typeof zh], Language, false>({
  legacy: false,
  locale: firstLanguage(),
  fallbackLocale: 'en',
  messages: { zh, en },
})

export function setLanguage(language: Language): void {
  i18n.global.locale.value = language
  localStorage.setItem(KEY, language)
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en'
}

setLanguage(i18n.global.locale.value)
