import type zh from './zh-devices'

const en: typeof zh = {
  ago: { now: 'just now', s: '{n} s ago', min: '{n} min ago', h: '{n} h ago', d: '{n} d ago', never: 'never' },
  live: {
    off: 'Not live', connecting: 'Connecting', live: 'Live', waiting: 'Reconnecting',
    hint: { off: 'Live data is not received', connecting: 'Connecting to the live data', live: 'Live data is connected', waiting: 'Live data was cut off; trying again in {n} s' },
  },
  session: {
    title: 'Log in to Yancheng', hint: 'The data of this city needs a login.', name: 'User name', password: 'Password', show: 'Show the password', hide: 'Hide the password', enter: 'Log in', entering: 'Logging in…',
    leave: 'Log out', expired: 'Your login has ended. Please log in again.', user: 'Current user', open: 'No users are set up: anyone at this computer may act', openShort: 'No users',
    wrong: 'The user name or the password is wrong.', locked: 'Too many attempts. Try again in {time}.', lockedPlain: 'Too many attempts. Try again later.', empty: 'Enter a user name and a password.',
    roles: { viewer: 'viewer', dispatcher: 'dispatcher', planner: 'planner', clerk: 'clerk', inspector: 'inspector', system: 'system administrator', security: 'security administrator', audit: 'auditor' },
  },
  problem: {
    failed: 'That did not work.', wait: ' Try again in {n} s.', unreachable: 'The server cannot be reached.', busy: 'The server is busy. Try again in a moment.',
    not_found: 'Not found; it may have been deleted.', no_plan: 'There is no plan yet.', no_device: 'There is no such device.', offline: 'The device is offline: the command was not sent.',
    login: 'Please log in first.', token: 'This token is unknown or was revoked.', wrong_login: 'The user name or the password is wrong.', locked_out: 'Too many failed logins.',
    forbidden: 'Your role may not do this.', foreign_page: 'The request came from another page and was refused. Reload this page and try again.', too_many: 'Too many requests.',
    wrong_host: 'This server does not answer under that address.', too_large: 'That is too large.', method: 'The server does not support that action.',
    encoding: 'The server does not support that encoding.', type: 'The server does not support this format.', bad_query: 'The query is not valid.', bad_device: 'The device’s settings are not valid.',
    bad_command: 'The command is not valid.', invalid: 'That is not valid.', range: 'A value is out of range.', syntax: 'That is not well-formed.', exists: 'It exists already.',
    unsupported: 'The server does not support this.', store: 'The server cannot use its store. Look at its disk.', disk_full: 'The server’s disk is full.',
    no_memory: 'The server is out of memory. Try again later.',
    status: { 400: 'That is not valid.', 401: 'Please log in first.', 403: 'Your role may not do this.', 404: 'Not found.', 405: 'The server does not support that action.', 409: 'That contradicts existing data.', 413: 'That is too large.', 415: 'The server does not support this format.', 422: 'That is not valid.', 423: 'Too many attempts.', 429: 'Too many requests.', 500: 'The server failed.', 503: 'The server is busy. Try again in a moment.', 507: 'The server’s disk is full.' },
  },
  devices: {
    title: 'Devices', skip: 'Skip to the list of devices', loading: 'Reading the devices…', none: 'No devices yet', noneHint: 'Point a terminal at the JT/T 808 port of this server, or let a sensor report once: it will appear here.', noneFit: 'No device fits the filter', count: '{shown} of {all} devices', clear: 'Clear the filter',
    search: 'Find a name, vehicle, bin or model', kind: 'Kind', state: 'Standing', link: 'Contact', sort: 'Sort by {name}',
    kinds: { all: 'All', terminal: 'Terminals', sensor: 'Bin sensors' },
    states: { all: 'All', known: 'Known', unassigned: 'Unassigned', blocked: 'Blocked' },
    links: { all: 'Any', online: 'Online', silent: 'Silent', never: 'Never heard', alarm: 'Alarm' },
    health: { online: 'Online', quiet: 'Offline', silent: 'Silent', never: 'Never heard', blocked: 'Blocked' },
    column: { name: 'Device', heard: 'Last heard', version: 'Version', unit: 'Paired with', now: 'Now', frames: 'Frames', errors: 'Errors' },
    bin: 'Bin', vehicle: 'Vehicle', unpaired: 'Not paired', level: '{pct}% full', noLevel: 'No level', speed: '{n} km/h', errorOne: '{kind} {n}', select: 'Show {name}',
    tile: { connected: 'Online', connectedNote: '{n} devices · {c} on JT/T 808', silent: 'Silent', silentNote: '{n} never heard · terminals 10 min, sensors 26 h', unassigned: 'Unassigned', unassignedNote: '{n} blocked', rejected: 'Rejected frames', rejectedNone: 'None rejected', store: 'Waiting to be stored', storeNote: 'last commit {ms} ms', storeBad: '{n} failed writes', storeUnknown: 'Unknown' },
    chart: { rate: 'Frames per second', rateNow: '{n} per second', rateEmpty: 'Collecting…', rateLabel: 'Frames per second over the last five minutes, {max} at most', heard: 'Last heard', rejected: 'Why rejected', minutes: '{n} min ago', now: 'now', buckets: { m1: '<1 min', m10: '<10 min', h1: '<1 h', d1: '<1 day', old: 'earlier', never: 'never' }, bars: '{name}: {n}', show: 'Show the charts', hide: 'Hide the charts' },
    error: { checksum: 'Checksum', syntax: 'Form', truncated: 'Cut short', limit: 'Over a limit', unauthorised: 'Not allowed', flood: 'Too fast', malformed: 'Bad body', duplicate: 'Twice', other: 'Other' },
    tab: { state: 'State', frames: 'Frames', commands: 'Commands', pairing: 'Pairing' },
    detail: { close: 'Close', back: 'Back to the devices', label: 'Device {name}', edition: 'Protocol', editionOf: 'JT/T 808-{n}', maker: 'Maker', model: 'Model', version: 'Firmware', heard: 'Last heard', frames: 'Frames', errors: 'Errors', position: 'Last position', noPosition: 'No position yet', at: 'Device time', received: 'Received', delay: '{n} late', speed: 'Speed', heading: 'Heading', altitude: 'Altitude', odometer: 'Odometer', place: 'Coordinates', clockWrong: 'The device’s clock is wrong', alarm: 'Alarms', noAlarm: 'No alarm', status: 'Status', onMap: 'Show on the plan’s map', reading: 'Last reading', noReading: 'No reading yet', fill: 'Fill level', distance: 'Distance', battery: 'Battery', temperature: 'Temperature', weight: 'Weight', tilt: 'Tilt', tilted: 'Tipped over', upright: 'Upright', levelBad: 'The level is not valid', unknown: 'unknown', gone: 'There is no such device' },
    compass: { n: 'N', ne: 'NE', e: 'E', se: 'SE', s: 'S', sw: 'SW', w: 'W', nw: 'NW' },
    frame: { title: 'The latest raw frames', none: 'No frames yet', refresh: 'Refresh', in: 'in', out: 'out', copy: 'Copy the hex', copied: 'Copied', decoded: 'Decoded', bytes: '{n} bytes', error: 'Error: {text}', header: 'Header', body: 'Body' },
    command: { title: 'Send a command', kind: 'Command', send: 'Send', sending: 'Sending…', sent: 'Commands sent', none: 'No command has been sent yet', offline: 'The device is offline: the command will be marked undelivered at once.', notTerminal: 'Bin sensors take no commands.', notAllowed: 'Sending commands needs the dispatcher’s role.', answer: 'Answer', unnamed: 'Message {id}', again: 'Send again',
      state: { waiting: 'Waiting', answered: 'Answered', refused: 'Refused', unanswered: 'No answer', offline: 'Offline' },
      text: 'Text', textHint: 'At most 1024 bytes (GBK)', bytes: '{n} of 1024 bytes', urgent: 'Urgent', show: 'Show on the screen', speak: 'Speak', board: 'Advertising board', interval: 'Every (s)', validity: 'For (s)', stopTracking: 'Stop tracking', ids: 'Parameter ids, separated by spaces', parameter: 'Parameter', value: 'Value', control: 'Action',
      controls: { 4: 'Restart the terminal', 5: 'Reset to factory settings', 3: 'Power off', 6: 'Cut the data link', 7: 'Switch all radio off' }, sure: '“{what}” on {name}: are you sure?', channel: 'Channel', shots: 'Pictures', shotInterval: 'Every (s)', resolution: 'Resolution', quality: 'Quality (1 is best)', upload: 'Upload at once', keep: 'Keep in the terminal', free: 'Free form', messageId: 'Message id', body: 'Body (JSON)', badJson: 'Not valid JSON: {text}', badId: 'A message id is four hex digits that begin with 0x8 or 0x9', badIds: 'Ids are hex numbers such as 0x0001', required: 'Please fill this in' },
    pair: { vehicle: 'Vehicle', bin: 'Bin', current: 'Paired with', none: 'Not paired', search: { vehicle: 'Find a vehicle by plate or id', bin: 'Find a bin by id or place' }, choose: 'Choose', taken: 'has {name}', more: '{n} more: type on', nothing: 'Nothing found', save: 'Save', saving: 'Saving…', saved: 'Saved', release: 'Release', releaseSure: 'Release {name} from {unit}?', notAllowed: 'Pairing needs the role of dispatcher or system administrator.', chosen: 'Chosen: {name}',
      depth: 'Depth of the bin', depthHint: 'The sensor sits under the lid and measures downwards.', empty: 'Distance when empty (mm)', full: 'Distance when full (mm)', emptyMark: 'empty {n} mm', fullMark: 'full {n} mm', nowMark: 'now {n} mm', drawing: 'Section of a bin: {empty} mm from the sensor to the bottom, {full} mm to the surface when full', result: 'So it is {pct}% full now', depthWrong: 'The distance when empty must be greater than when full', useNow: 'Use the present distance', model: 'Model', modelHint: 'Chooses how its payload is read, such as EM500-UDL', block: 'Block the device', unblock: 'Unblock', blockHint: 'Its data is no longer accepted; what is stored stays.', unblockHint: 'This device is blocked: its data is not accepted.', blockSure: 'Block {name}? Its data will be refused.' },
    map: { title: 'Live', vehicles: 'Vehicles', count: '{n}', online: 'Online', alarm: 'Alarm', silent: 'Silent', details: 'Device details', close: 'Close', fresh: 'sensor {ago}', plate: '{name}', noUnit: 'Not paired with a vehicle' },
  },
}

export default en
