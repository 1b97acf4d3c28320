// Figures and times as people read them.
export function clock(seconds: number): string {
  const minutes = Math.round(seconds / 60)
  const day = Math.floor(minutes / 1440)
  const text = `${String(Math.floor((minutes % 1440) / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
  return day > 0 ? `${text}⁺${'⁰¹²³⁴⁵⁶⁷⁸⁹'[day] ?? day}` : text
}

export function figure(value: number, digits = 0): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}

export function brief(value: number): string {
  return figure(value, Math.abs(value) < 100 ? 1 : 0)
}

// A moment as the city's clock shows it.
export function stamp(ms: number, offsetS: number): string {
  return new Date(ms + offsetS * 1000).toISOString().slice(0, 19).replace('T', ' ')
}

// How long ago, as a key of the `ago` messages and its number.
export function ago(ms: number, now: number): { key: 'now' | 's' | 'min' | 'h' | 'd'; n: number } {
  const s = Math.max(0, Math.round((now - ms) / 1000))
  if (s < 3) return { key: 'now', n: 0 }
  if (s < 60) return { key: 's', n: s }
  if (s < 3600) return { key: 'min', n: Math.floor(s / 60) }
  if (s < 86400) return { key: 'h', n: Math.floor(s / 3600) }
  return { key: 'd', n: Math.floor(s / 86400) }
}

// Bytes in pairs, so that a person can count them.
export const spaced = (hex: string): string => hex.replace(/[0-9a-f]{2}(?=.)/gi, '$& ')
