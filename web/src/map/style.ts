// How the map is drawn: a pale ground, so that bins and routes are what one sees. Layers and
// attributes are those that tiles/process.lua makes.
import type { ExpressionSpecification, LayerSpecification, StyleSpecification } from 'maplibre-gl'
import type { City } from '../api'
import type { Language } from '../i18n'

export const REGULAR = ['DejaVu Sans Regular']
export const BOLD = ['DejaVu Sans Bold']
export const IDEOGRAPHS = "'PingFang SC','Microsoft YaHei','Noto Sans CJK SC','Source Han Sans SC','WenQuanYi Micro Hei',sans-serif"

const ink = '#6b7580'
const halo = '#fbfaf7'

const byZoom = (...stops: number[]): ExpressionSpecification => ['interpolate', ['exponential', 1.6], ['zoom'], ...stops] as unknown as ExpressionSpecification

export function nameOf(language: Language): ExpressionSpecification {
  return language === 'zh' ? ['coalesce', ['get', 'name'], ['get', 'name_en'], ''] : ['coalesce', ['get', 'name_en'], ['get', 'name'], '']
}

const roadRank: [string[], number[], number[]][] = [
  // classes, widths of the body by zoom, widths of the casing by zoom
  [['service', 'track', 'road'], [13, 0.6, 16, 4, 18, 9], [13, 1.2, 16, 5.2, 18, 10.5]],
  [['unclassified', 'residential', 'living_street', 'pedestrian'], [12, 0.7, 14, 2.2, 16, 7, 18, 16], [12, 1.2, 14, 3.2, 16, 8.4, 18, 17.5]],
  [['tertiary', 'secondary'], [10, 0.7, 12, 1.6, 14, 4, 16, 10, 18, 20], [10, 1.2, 12, 2.6, 14, 5.2, 16, 11.5, 18, 22]],
  [['primary', 'trunk', 'motorway'], [8, 0.8, 11, 1.8, 14, 5, 16, 12, 18, 24], [8, 1.4, 11, 3, 14, 6.4, 16, 14, 18, 26]],
]

function roads(): LayerSpecification[] {
  const casings: LayerSpecification[] = []
  const bodies: LayerSpecification[] = []
  roadRank.forEach(([classes, body, casing], i) => {
    const filter: ExpressionSpecification = ['in', ['get', 'class'], ['literal', classes]]
    const shared = { type: 'line' as const, source: 'base', 'source-layer': 'road', filter, layout: { 'line-cap': 'round' as const, 'line-join': 'round' as const } }
    casings.push({ ...shared, id: `road-casing-${i}`, paint: { 'line-color': i === 3 ? '#d9c8a4' : '#dcd9d2', 'line-width': byZoom(...casing), 'line-opacity': ['case', ['has', 'tunnel'], 0.4, 1] } })
    bodies.push({ ...shared, id: `road-${i}`, paint: { 'line-color': i === 3 ? '#fbecc9' : i === 2 ? '#fffaf0' : '#ffffff', 'line-width': byZoom(...body), 'line-opacity': ['case', ['has', 'tunnel'], 0.5, 1] } })
  })
  const path: LayerSpecification = {
    id: 'road-path', type: 'line', source: 'base', 'source-layer': 'road', minzoom: 14,
    filter: ['in', ['get', 'class'], ['literal', ['footway', 'path', 'cycleway', 'steps', 'bridleway']]],
    paint: { 'line-color': '#cfc8bb', 'line-width': byZoom(14, 0.6, 18, 2), 'line-dasharray': [3, 2] },
  }
  return [path, ...casings, ...bodies]
}

function ground(): LayerSpecification[] {
  const from = { source: 'base' }
  return [
    { id: 'land', type: 'fill', ...from, 'source-layer': 'landuse', paint: {
      'fill-color': ['match', ['get', 'class'],
        ['forest', 'wood'], '#dbe6cf', ['grass', 'meadow', 'grassland', 'village_green', 'recreation_ground', 'greenfield'], '#e6efd9',
        ['scrub', 'heath', 'wetland'], '#e0e8d4', ['farmland', 'farm', 'orchard', 'vineyard', 'allotments', 'plant_nursery', 'farmyard'], '#f1f1e2',
        'cemetery', '#dde6d6', ['industrial', 'railway', 'quarry', 'landfill', 'construction', 'brownfield', 'garages'], '#ebe8ee',
        ['commercial', 'retail'], '#f4ebe6', ['school', 'university', 'college', 'kindergarten', 'hospital'], '#f3efdd',
        ['bare_rock', 'scree'], '#ebe9e4', 'glacier', '#eef5f7', ['sand', 'beach'], '#f3ecd2', '#f0eeea'] } },
    { id: 'park', type: 'fill', ...from, 'source-layer': 'park', paint: { 'fill-color': '#d5e6c8', 'fill-opacity': ['match', ['get', 'class'], 'nature_reserve', 0.35, 0.9] } },
    { id: 'water', type: 'fill', ...from, 'source-layer': 'water', paint: { 'fill-color': '#bcd8e6' } },
    { id: 'waterway', type: 'line', ...from, 'source-layer': 'waterway', layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: { 'line-color': '#bcd8e6', 'line-width': ['interpolate', ['exponential', 1.5], ['zoom'], 8, ['match', ['get', 'class'], 'river', 0.8, 0.2], 18, ['match', ['get', 'class'], 'river', 14, 5]] } },
    { id: 'building', type: 'fill', ...from, 'source-layer': 'building', minzoom: 13, paint: { 'fill-color': '#e5e1d9', 'fill-outline-color': '#d6d1c7', 'fill-opacity': ['interpolate', ['linear'], ['zoom'], 13, 0, 14, 1] } },
    { id: 'rail', type: 'line', ...from, 'source-layer': 'rail', paint: { 'line-color': '#c5c2bd', 'line-width': byZoom(10, 0.6, 16, 2.4), 'line-dasharray': [4, 3] } },
  ]
}

function labels(language: Language): LayerSpecification[] {
  const name = nameOf(language)
  const from = { source: 'base' }
  return [
    { id: 'boundary', type: 'line', ...from, 'source-layer': 'boundary', paint: { 'line-color': '#b6a8b8', 'line-width': ['case', ['<=', ['get', 'level'], 4], 1.4, 0.8], 'line-dasharray': [4, 2, 1, 2], 'line-opacity': 0.7 } },
    { id: 'water-name', type: 'symbol', ...from, 'source-layer': 'waterway', minzoom: 11, filter: ['has', 'name'],
      layout: { 'symbol-placement': 'line', 'text-field': name, 'text-font': REGULAR, 'text-size': 12, 'text-letter-spacing': 0.15 }, paint: { 'text-color': '#5b8aa3', 'text-halo-color': '#e3eff4', 'text-halo-width': 1 } },
    { id: 'water-area-name', type: 'symbol', ...from, 'source-layer': 'water', minzoom: 12, filter: ['has', 'name'],
      layout: { 'text-field': name, 'text-font': REGULAR, 'text-size': 12, 'text-max-width': 6 }, paint: { 'text-color': '#5b8aa3', 'text-halo-color': '#e3eff4', 'text-halo-width': 1 } },
    { id: 'park-name', type: 'symbol', ...from, 'source-layer': 'park', minzoom: 14, filter: ['has', 'name'],
      layout: { 'text-field': name, 'text-font': REGULAR, 'text-size': 11, 'text-max-width': 7 }, paint: { 'text-color': '#5f8050', 'text-halo-color': '#eef5e8', 'text-halo-width': 1 } },
    { id: 'road-name', type: 'symbol', ...from, 'source-layer': 'road', minzoom: 13, filter: ['has', 'name'],
      layout: { 'symbol-placement': 'line', 'text-field': name, 'text-font': REGULAR, 'text-size': ['interpolate', ['linear'], ['zoom'], 13, 10, 17, 13], 'symbol-spacing': 320 }, paint: { 'text-color': ink, 'text-halo-color': halo, 'text-halo-width': 1.4 } },
    { id: 'place-name', type: 'symbol', ...from, 'source-layer': 'place',
      layout: { 'text-field': name, 'text-font': ['step', ['get', 'rank'], ['literal', BOLD], 3, ['literal', REGULAR]], 'text-size': ['interpolate', ['linear'], ['zoom'], 8, ['match', ['get', 'rank'], 1, 14, 2, 12, 10], 15, ['match', ['get', 'rank'], 1, 20, 2, 17, 13]],
        'symbol-sort-key': ['get', 'rank'], 'text-max-width': 8, 'text-padding': 6 },
      paint: { 'text-color': '#3d4650', 'text-halo-color': halo, 'text-halo-width': 1.6, 'text-opacity': ['interpolate', ['linear'], ['zoom'], 15, 0.95, 17, 0.4] } },
  ]
}

export const LABEL_LAYERS = ['water-name', 'water-area-name', 'park-name', 'road-name', 'place-name']

// Without tiles the ground stays blank; what the plan knows is drawn all the same.
export function styleOf(city: City, language: Language): StyleSpecification {
  const background: LayerSpecification = { id: 'background', type: 'background', paint: { 'background-color': '#f6f4ef' } }
  const origin = window.location.origin
  return {
    version: 8,
    glyphs: `${origin}/fonts/{fontstack}/{range}.pbf`,
    sources: city.map ? { base: { type: 'vector', tiles: [origin + city.map.tiles], minzoom: city.map.zoom_min, maxzoom: city.map.zoom_max, bounds: city.box } } : {},
    layers: city.map ? [background, ...ground(), ...roads(), ...labels(language)] : [background],
  }
}
