// Pictures for the map, drawn here as SVG and handed over as images: no sprite file is fetched.
import type { Map } from 'maplibre-gl'

const glyphs: Record<string, string> = {
  depot: '<path d="M9 22v-8l7-4.500 7 4.500v8M12.500 22v-5.500h7V22"/>',
  transfer_station: '<path d="M9.500 13h11l-3-3M22.500 19h-11l3 3"/>',
  incinerator: '<path d="M16 9c.8 3 4.500 4.300 4.500 8.300a4.500 4.500 0 0 1-9 0c0-1.900 1-3 1.900-4 .3 1 .8 1.600 1.500 1.900C14.700 13 14.900 11 16 9z"/>',
  food_plant: '<path d="M10 21c0-7 4-10.500 12-11 .3 8-3.500 11.500-9.500 11.300M10 23c1-4 3.500-6.500 7.500-8.500"/>',
  sorting_centre: '<path d="M13 11.500 16 9l3 2.500M16 9v5M11 17l-1.500 4 4 .8M9.700 20.500l4-3M21 17l1.500 4-4 .8M22.300 20.500l-4-3"/>',
  hazardous_store: '<path d="M16 9.500 23 22H9zM16 14v3.500M16 19.700v.2"/>',
  landfill: '<path d="M8.500 22h15M10 22c1-5 4-8 6-8s5 3 6 8M16 14v-4"/>',
  water_point: '<path d="M16 9c3 4 4.700 6.300 4.700 8.700a4.700 4.700 0 0 1-9.400 0C11.300 15.300 13 13 16 9z"/>',
  charger: '<path d="M17.500 9 11.500 17.500h4.200L14.500 23l6-8.500h-4.200z"/>',
  sweepings_site: '<path d="M20.500 9 15 16.500M12.500 15l6 4M12 15.500 9.500 22h7l2-3"/>',
}

const colours: Record<string, string> = {
  depot: '#37474f', transfer_station: '#6d4c41', incinerator: '#bf4d28', food_plant: '#3f7d20', sorting_centre: '#1c62a8',
  hazardous_store: '#b3262b', landfill: '#7a5c2e', water_point: '#1787a8', charger: '#5b4db3', sweepings_site: '#7c6f47',
}

export const FACILITY_KINDS = Object.keys(glyphs)

export function facilitySvg(kind: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="32" height="32" viewBox="0 0 32 32"><rect x="3" y="3" width="26" height="26" rx="8" fill="${colours[kind] ?? '#37474f'}" stroke="#fff" stroke-width="2"/>` +
    `<g fill="none" stroke="#fff" stroke-width="1.800" stroke-linecap="round" stroke-linejoin="round">${glyphs[kind] ?? ''}</g></svg>`
}

// A vehicle on the road: the round mark points where it drives.
export type VehicleTone = 'online' | 'alarm' | 'silent'
export const VEHICLE_TONES: Record<VehicleTone, string> = { online: '#0b7a5f', alarm: '#c92a2a', silent: '#6b7783' }

export function vehicleSvg(tone: VehicleTone): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="36" height="36" viewBox="0 0 36 36"><path d="M18 2.500 24.500 10.500a11 11 0 1 1-13 0z" fill="${VEHICLE_TONES[tone]}" stroke="#fff" stroke-width="2.200" stroke-linejoin="round"/>` +
    '<path d="M18 11.500 23 25l-5-3.200L13 25z" fill="#fff"/></svg>'
}

export const svgUrl = (svg: string): string => `data:image/svg+xml,${encodeURIComponent(svg)}`

const arrow = '<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 16 16"><path d="M5.500 3.500 10.500 8l-5 4.500" fill="none" stroke="#fff" stroke-width="2.200" stroke-linecap="round" stroke-linejoin="round"/></svg>'
const warning = '<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24" viewBox="0 0 24 24"><circle cx="12" cy="12" r="9.500" fill="#fff" stroke="#c92a2a" stroke-width="2.500"/><path d="M12 6.800v6" stroke="#c92a2a" stroke-width="2.600" stroke-linecap="round"/><circle cx="12" cy="16.400" r="1.500" fill="#c92a2a"/></svg>'

function load(map: Map, id: string, svg: string, size: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const image = new Image(size * 2, size * 2)
    image.onload = () => {
      if (!map.hasImage(id)) map.addImage(id, image, { pixelRatio: 2 })
      resolve()
    }
    image.onerror = () => reject(new Error(`icon ${id}`))
    image.src = svgUrl(svg)
  })
}

export async function addIcons(map: Map): Promise<void> {
  await Promise.all([
    ...FACILITY_KINDS.map((kind) => load(map, `facility-${kind}`, facilitySvg(kind), 32)),
    ...(Object.keys(VEHICLE_TONES) as VehicleTone[]).map((tone) => load(map, `vehicle-${tone}`, vehicleSvg(tone), 36)),
    load(map, 'arrow', arrow, 16),
    load(map, 'warning', warning, 24),
  ])
}
