// Colours that tell vehicles apart: first a hand-picked set that keeps its distance from the streams'
// own colours on a pale map, then hues a golden angle apart.
const PICKED = ['#1f6feb', '#d9480f', '#2b8a3e', '#9c36b5', '#c2255c', '#0b7285', '#a05a00', '#5f3dc4', '#5c940d', '#e03131', '#1098ad', '#862e9c', '#b08900', '#364fc7', '#087f5b', '#a61e4d', '#7a4419', '#4263eb', '#66a80f', '#d6336c']

export function vehicleColour(index: number): string {
  const picked = PICKED[index]
  if (picked) return picked
  const hue = (index * 137.508) % 360
  const light = [38, 46, 32][index % 3] ?? 38
  return hslHex(hue, 62, light)
}

function hslHex(hue: number, saturation: number, light: number): string {
  const s = saturation / 100
  const l = light / 100
  const channel = (n: number): string => {
    const k = (n + hue / 30) % 12
    const value = l - s * Math.min(l, 1 - l) * Math.max(-1, Math.min(k - 3, 9 - k, 1))
    return Math.round(value * 255).toString(16).padStart(2, '0')
  }
  return `#${channel(0)}${channel(8)}${channel(4)}`
}
