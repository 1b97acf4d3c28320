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
