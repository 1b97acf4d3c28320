// The words of JT/T 808 (2011, 2013, 2019) for people: alarm and status bits, messages, results.
import type { Language } from './index'

type Words = Record<Language, string>
const w = (zh: string, en: string): Words => ({ zh, en })

// By bit of the alarm word, 2013; what 2019 changed follows.
const ALARMS: (Words | null)[] = [
  w('紧急报警', 'Emergency button'), w('超速报警', 'Overspeed'), w('疲劳驾驶', 'Driver fatigue'), w('危险预警', 'Danger warning'),
  w('GNSS 模块故障', 'GNSS module fault'), w('GNSS 天线断开', 'GNSS antenna open or cut'), w('GNSS 天线短路', 'GNSS antenna short'), w('主电源欠压', 'Main supply low'),
  w('主电源掉电', 'Main supply off'), w('显示屏故障', 'Display fault'), w('语音模块故障', 'Speech module fault'), w('摄像头故障', 'Camera fault'),
  w('IC 卡模块故障', 'IC card module fault'), w('超速预警', 'Overspeed warning'), w('疲劳驾驶预警', 'Fatigue warning'), null,
  null, null, w('当天累计驾驶超时', 'Daily driving time exceeded'), w('超时停车', 'Parked too long'),
  w('进出区域', 'Entered or left an area'), w('进出路线', 'Entered or left a route'), w('路段行驶时间异常', 'Segment time too short or long'), w('路线偏离', 'Off route'),
  w('车速传感器故障', 'Speed sensor fault'), w('油量异常', 'Fuel abnormal'), w('车辆被盗', 'Vehicle stolen'), w('非法点火', 'Illegal ignition'),
  w('非法位移', 'Illegal movement'), w('碰撞预警', 'Collision warning'), w('侧翻预警', 'Rollover warning'), w('非法开门', 'Illegal door opening'),
]
const ALARMS_2019: Record<number, Words | null> = {
  3: w('危险驾驶行为', 'Dangerous driving'), 15: w('违规行驶', 'Driving in forbidden hours'), 16: w('胎压预警', 'Tyre pressure warning'), 17: w('右转盲区', 'Right-turn blind spot'),
  29: w('碰撞侧翻报警', 'Collision or rollover'), 31: null,
}

const STATUS: Record<number, Words> = {
  4: w('停运', 'Out of service'), 5: w('经纬度已加密', 'Coordinates encrypted'),
  10: w('油路断开', 'Fuel line cut'), 11: w('电路断开', 'Power line cut'), 12: w('车门加锁', 'Doors locked'),
  13: w('前门开', 'Front door open'), 14: w('中门开', 'Middle door open'), 15: w('后门开', 'Rear door open'), 16: w('驾驶席门开', 'Driver’s door open'), 17: w('自定义门开', 'Custom door open'),
  18: w('GPS', 'GPS'), 19: w('北斗', 'BeiDou'), 20: w('GLONASS', 'GLONASS'), 21: w('Galileo', 'Galileo'),
}
const STATUS_2019: Record<number, Words> = { 6: w('前向碰撞预警', 'Forward collision warning'), 7: w('车道偏离预警', 'Lane departure warning'), 22: w('车辆行驶', 'Moving') }
const LOADS: (Words | null)[] = [w('空车', 'Empty'), w('半载', 'Half loaded'), null, w('满载', 'Fully loaded')]

export interface Bit {
  bit: number
  text: string
  bad: boolean
}
const has = (word: number, bit: number): boolean => (word >>> bit) % 2 === 1
const unnamed = (bit: number, language: Language): string => (language === 'zh' ? `保留位 ${bit}` : `Reserved bit ${bit}`)

export function alarmBits(word: number, edition: number | null, language: Language): Bit[] {
  const found: Bit[] = []
  for (let bit = 0; bit < 32; bit++) {
    if (!has(word, bit)) continue
    const words = edition === 2019 && bit in ALARMS_2019 ? ALARMS_2019[bit] : ALARMS[bit]
    found.push({ bit, text: words?.[language] ?? unnamed(bit, language), bad: true })
  }
  return found
}

// ACC and the fix are told either way: that they are missing is news too. South, west and the load
// are not faults; a cut line and a warning are.
export function statusBits(word: number, edition: number | null, language: Language): Bit[] {
  const found: Bit[] = [
    { bit: 0, text: (has(word, 0) ? w('ACC 开', 'Ignition on') : w('ACC 关', 'Ignition off'))[language], bad: false },
    { bit: 1, text: (has(word, 1) ? w('已定位', 'Position fixed') : w('未定位', 'No fix'))[language], bad: !has(word, 1) },
  ]
  const load = LOADS[(word >>> 8) & 3]
  for (let bit = 4; bit < 32; bit++) {
    if (bit === 8 && load) found.push({ bit, text: load[language], bad: false })
    if (bit === 8 || bit === 9 || !has(word, bit)) continue
    const words = STATUS[bit] ?? (edition === 2019 ? STATUS_2019[bit] : undefined)
    found.push({ bit, text: words?.[language] ?? unnamed(bit, language), bad: [5, 6, 7, 10, 11].includes(bit) })
  }
  return found
}

const MESSAGES: Record<string, Words> = {
  '0x0001': w('终端通用应答', 'General answer'), '0x0002': w('心跳', 'Heartbeat'), '0x0003': w('终端注销', 'Deregister'), '0x0004': w('查询服务器时间', 'Ask the time'), '0x0005': w('请求补传分包', 'Ask for parts again'),
  '0x0100': w('终端注册', 'Register'), '0x0102': w('终端鉴权', 'Authenticate'), '0x0104': w('参数应答', 'Parameters'), '0x0107': w('属性应答', 'Attributes'), '0x0108': w('升级结果', 'Upgrade result'),
  '0x0200': w('位置汇报', 'Position'), '0x0201': w('位置查询应答', 'Position on demand'), '0x0301': w('事件报告', 'Event'), '0x0302': w('提问应答', 'Answer to a question'), '0x0303': w('信息点播', 'Information order'),
  '0x0500': w('车辆控制应答', 'Vehicle control answer'), '0x0608': w('区域路线应答', 'Areas and routes'), '0x0700': w('行驶记录', 'Recorder data'), '0x0701': w('电子运单', 'Waybill'), '0x0702': w('驾驶员身份', 'Driver'),
  '0x0704': w('批量位置', 'Batch of positions'), '0x0705': w('CAN 数据', 'CAN data'), '0x0800': w('多媒体事件', 'Media event'), '0x0801': w('多媒体数据', 'Media data'), '0x0802': w('媒体检索应答', 'Media found'), '0x0805': w('拍摄应答', 'Camera answer'),
  '0x0900': w('上行透传', 'Passthrough up'), '0x0901': w('压缩数据', 'Compressed data'), '0x0A00': w('终端公钥', 'Terminal key'),
  '0x8001': w('平台通用应答', 'General answer'), '0x8003': w('补传分包请求', 'Ask for parts again'), '0x8004': w('服务器时间', 'Server time'), '0x8100': w('注册应答', 'Registration answer'),
  '0x8103': w('设置终端参数', 'Set a parameter'), '0x8104': w('查询全部参数', 'Query all parameters'), '0x8105': w('终端控制', 'Terminal control'), '0x8106': w('查询指定参数', 'Query parameters'), '0x8107': w('查询终端属性', 'Query attributes'), '0x8108': w('下发升级包', 'Upgrade'),
  '0x8201': w('位置查询', 'Query the position'), '0x8202': w('临时位置跟踪', 'Track for a while'), '0x8203': w('人工确认报警', 'Confirm an alarm'), '0x8204': w('链路检测', 'Link check'), '0x8300': w('文本信息下发', 'Text message'),
  '0x8500': w('车辆控制', 'Vehicle control'), '0x8600': w('设置圆形区域', 'Set a circle'), '0x8601': w('删除圆形区域', 'Delete circles'), '0x8602': w('设置矩形区域', 'Set a rectangle'), '0x8603': w('删除矩形区域', 'Delete rectangles'),
  '0x8604': w('设置多边形区域', 'Set a polygon'), '0x8605': w('删除多边形区域', 'Delete polygons'), '0x8606': w('设置路线', 'Set a route'), '0x8607': w('删除路线', 'Delete routes'), '0x8608': w('查询区域路线', 'Query areas and routes'),
  '0x8800': w('多媒体上传应答', 'Media received'), '0x8801': w('摄像头立即拍摄', 'Take a picture'), '0x8802': w('存储媒体检索', 'Find stored media'), '0x8900': w('下行透传', 'Passthrough down'),
}
export const messageName = (id: string, language: Language): string => MESSAGES[id.replace(/^0X/i, '0x').replace(/[a-f]/g, (c) => c.toUpperCase())]?.[language] ?? ''

const RESULTS: Words[] = [w('成功', 'Done'), w('失败', 'Failed'), w('消息有误', 'Message in error'), w('不支持', 'Not supported'), w('报警处理确认', 'Alarm confirmed')]
export const resultName = (result: number, language: Language): string => RESULTS[result]?.[language] ?? String(result)

// Parameters that installers really use; any other goes through the free form.
export interface Parameter {
  id: string
  name: Words
  unit: string
  text?: boolean
  max?: number
}
export const PARAMETERS: Parameter[] = [
  { id: '0x0001', name: w('心跳间隔', 'Heartbeat interval'), unit: 's' },
  { id: '0x0029', name: w('缺省上报间隔', 'Reporting interval'), unit: 's' },
  { id: '0x0027', name: w('休眠上报间隔', 'Interval when asleep'), unit: 's' },
  { id: '0x0028', name: w('紧急报警上报间隔', 'Interval in an emergency'), unit: 's' },
  { id: '0x0022', name: w('未登录上报间隔', 'Interval without a driver'), unit: 's' },
  { id: '0x0020', name: w('上报策略（0 定时 1 定距 2 两者）', 'Reporting by 0 time, 1 distance, 2 both'), unit: '', max: 2 },
  { id: '0x002C', name: w('缺省定距间隔', 'Reporting distance'), unit: 'm' },
  { id: '0x0030', name: w('拐点补传角度', 'Corner angle'), unit: '°', max: 180 },
  { id: '0x0055', name: w('最高速度', 'Highest speed'), unit: 'km/h' },
  { id: '0x0056', name: w('超速持续时间', 'Overspeed for'), unit: 's' },
  { id: '0x0057', name: w('连续驾驶时间门限', 'Continuous driving limit'), unit: 's' },
  { id: '0x0059', name: w('最小休息时间', 'Shortest rest'), unit: 's' },
  { id: '0x005A', name: w('最长停车时间', 'Longest parking'), unit: 's' },
  { id: '0x0013', name: w('主服务器地址', 'Server address'), unit: '', text: true },
  { id: '0x0018', name: w('服务器 TCP 端口', 'Server TCP port'), unit: '', max: 65535 },
  { id: '0x0017', name: w('备份服务器地址', 'Backup server address'), unit: '', text: true },
  { id: '0x0010', name: w('拨号接入点 APN', 'APN'), unit: '', text: true },
  { id: '0x0083', name: w('车牌号', 'Number plate'), unit: '', text: true },
  { id: '0x0080', name: w('里程表读数', 'Odometer'), unit: '0.1 km' },
]
