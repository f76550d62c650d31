/**
 * Where the fields of the provider's JSON stand in the AIS message they were read from (ITU-R M.1371-5 annex 8; names
 * from the provider's published OpenAPI definitions). Every message begins with type, repeat indicator and MMSI.
 */
export interface Field {
  /** Path of names in the JSON body; the first that exists counts. Empty = spare bits. */
  paths: readonly (readonly string[])[]
  bits: number
  kind: 'unsigned' | 'signed' | 'flag' | 'text'
  /** Units of the message in one unit of the JSON. */
  scale: number
  /** Sent when the JSON has no such field: “not available”. */
  missing: number
  /** Only there when one of these flags of the JSON is true; with `unless`, when none is. */
  when?: readonly (readonly string[])[]
  unless?: readonly (readonly string[])[]
}

export interface Layout {
  /** Message types it may stand for; the first when the JSON does not say. */
  types: readonly number[]
  fields: readonly Field[]
  /** What fills the rest of a message of variable length. */
  tail?: { path: string; kind: 'text' | 'bits' }
  /** Fields after the tail. */
  after?: readonly Field[]
}

/** `A.B|C` = field B of A, else C. */
const pathsOf = (name: string) => name.split('|').map((path) => path.split('.'))

function field(name: string, bits: number, kind: Field['kind'], scale = 1, missing = 0): Field {
  return { paths: pathsOf(name), bits, kind, scale, missing }
}

const u = (name: string, bits: number, missing = 0) => field(name, bits, 'unsigned', 1, missing)
const tenths = (name: string, bits: number, missing: number) => field(name, bits, 'unsigned', 10, missing)
const flag = (name: string) => field(name, 1, 'flag')
const text = (name: string, characters: number) => field(name, characters * 6, 'text')
const spare = (bits: number): Field => ({ paths: [], bits, kind: 'unsigned', scale: 1, missing: 0 })
const when = (name: string, fields: Field[]): Field[] =>
  fields.map((each) => ({ ...each, when: pathsOf(name) }))
const unless = (name: string, fields: Field[]): Field[] =>
  fields.map((each) => ({ ...each, unless: pathsOf(name) }))

const lonFine = field('Longitude', 28, 'signed', 600_000, 181 * 600_000)
const latFine = field('Latitude', 27, 'signed', 600_000, 91 * 600_000)
const lonCoarse = (name: string) => field(name, 18, 'signed', 600, 181 * 600)
const latCoarse = (name: string) => field(name, 17, 'signed', 600, 91 * 600)
const dimension = (prefix: string) => [
  u(`${prefix}.A`, 9),
  u(`${prefix}.B`, 9),
  u(`${prefix}.C`, 6),
  u(`${prefix}.D`, 6),
]
const application = [u('ApplicationID.DesignatedAreaCode', 10), u('ApplicationID.FunctionIdentifier', 6)]
/** Selector and state of the radio channel access. */
const accessState = [flag('CommunicationStateIsItdma'), u('CommunicationState', 19)]
const sequence = (prefix: string) => u(`${prefix}Sequenceinteger|${prefix}SequenceNumber`, 2)
const times = (count: number, fields: (index: number) => Field[]) =>
  Array.from({ length: count }, (_, index) => fields(index)).flat()

const binaryHead = [
  flag('DestinationIDValid'),
  flag('ApplicationIDValid'),
  ...when('DestinationIDValid', [u('DestinationID', 30), u('Spare|Spare1', 2)]),
  ...when('ApplicationIDValid', application),
]

const motion = [tenths('Sog', 10, 1023), flag('PositionAccuracy'), lonFine, latFine, tenths('Cog', 12, 3600)]

/** By `MessageType` of the JSON. */
export const layouts: Readonly<Record<string, Layout>> = {
  PositionReport: {
    types: [1, 2, 3],
    fields: [
      u('NavigationalStatus', 4, 15),
      field('RateOfTurn', 8, 'signed', 1, -128),
      ...motion,
      u('TrueHeading', 9, 511),
      u('Timestamp', 6, 60),
      u('SpecialManoeuvreIndicator', 2),
      u('Spare', 3),
      flag('Raim'),
      u('CommunicationState', 19),
    ],
  },
  BaseStationReport: {
    types: [4, 11],
    fields: [
      u('UtcYear', 14),
      u('UtcMonth', 4),
      u('UtcDay', 5),
      u('UtcHour', 5, 24),
      u('UtcMinute', 6, 60),
      u('UtcSecond', 6, 60),
      flag('PositionAccuracy'),
      lonFine,
      latFine,
      u('FixType', 4),
      flag('LongRangeEnable'),
      u('Spare', 9),
      flag('Raim'),
      u('CommunicationState', 19),
    ],
  },
  ShipStaticData: {
    types: [5],
    fields: [
      u('AisVersion', 2),
      u('ImoNumber', 30),
      text('CallSign', 7),
      text('Name', 20),
      u('Type', 8),
      ...dimension('Dimension'),
      u('FixType', 4),
      u('Eta.Month', 4),
      u('Eta.Day', 5),
      u('Eta.Hour', 5, 24),
      u('Eta.Minute', 6, 60),
      tenths('MaximumStaticDraught', 8, 0),
      text('Destination', 20),
      flag('Dte'),
      u('Spare', 1),
    ],
  },
  AddressedBinaryMessage: {
    types: [6],
    fields: [sequence(''), u('DestinationID', 30), flag('Retransmission'), u('Spare', 1), ...application],
    tail: { path: 'BinaryData', kind: 'bits' },
  },
  BinaryAcknowledge: {
    types: [7, 13],
    fields: [
      u('Spare', 2),
      ...times(4, (i) =>
        when(`Destinations.${i}.Valid`, [
          u(`Destinations.${i}.DestinationID`, 30),
          sequence(`Destinations.${i}.`),
        ]),
      ),
    ],
  },
  BinaryBroadcastMessage: {
    types: [8],
    fields: [u('Spare', 2), ...application],
    tail: { path: 'BinaryData', kind: 'bits' },
  },
  StandardSearchAndRescueAircraftReport: {
    types: [9],
    fields: [
      u('Altitude', 12, 4095),
      u('Sog', 10, 1023),
      flag('PositionAccuracy'),
      lonFine,
      latFine,
      tenths('Cog', 12, 3600),
      u('Timestamp', 6, 60),
      flag('AltFromBaro'),
      u('Spare1', 7),
      flag('Dte'),
      u('Spare2', 3),
      flag('AssignedMode'),
      flag('Raim'),
      ...accessState,
    ],
  },
  CoordinatedUTCInquiry: { types: [10], fields: [u('Spare1', 2), u('DestinationID', 30), u('Spare2', 2)] },
  AddressedSafetyMessage: {
    types: [12],
    fields: [sequence(''), u('DestinationID', 30), flag('Retransmission'), u('Spare', 1)],
    tail: { path: 'Text', kind: 'text' },
  },
  SafetyBroadcastMessage: { types: [14], fields: [u('Spare', 2)], tail: { path: 'Text', kind: 'text' } },
  Interrogation: {
    types: [15],
    fields: [
      u('Spare', 2),
      u('Station1Msg1.StationID', 30),
      u('Station1Msg1.MessageID', 6),
      u('Station1Msg1.SlotOffset', 12),
      ...when('Station1Msg2.Valid|Station2.Valid', [
        spare(2),
        u('Station1Msg2.MessageID', 6),
        u('Station1Msg2.SlotOffset', 12),
        spare(2),
      ]),
      ...when('Station2.Valid', [
        u('Station2.StationID', 30),
        u('Station2.MessageID', 6),
        u('Station2.SlotOffset', 12),
        spare(2),
      ]),
    ],
  },
  AssignedModeCommand: {
    types: [16],
    fields: [
      u('Spare', 2),
      u('Commands.0.DestinationID', 30),
      u('Commands.0.Offset', 12),
      u('Commands.0.Increment', 10),
      ...when('Commands.1.Valid', [
        u('Commands.1.DestinationID', 30),
        u('Commands.1.Offset', 12),
        u('Commands.1.Increment', 10),
      ]),
      ...unless('Commands.1.Valid', [spare(4)]),
    ],
  },
  GnssBroadcastBinaryMessage: {
    types: [17],
    fields: [u('Spare1', 2), lonCoarse('Longitude'), latCoarse('Latitude'), u('Spare2', 5)],
    tail: { path: 'Data', kind: 'bits' },
  },
  StandardClassBPositionReport: {
    types: [18],
    fields: [
      u('Spare1', 8),
      ...motion,
      u('TrueHeading', 9, 511),
      u('Timestamp', 6, 60),
      u('Spare2', 2),
      flag('ClassBUnit'),
      flag('ClassBDisplay'),
      flag('ClassBDsc'),
      flag('ClassBBand'),
      flag('ClassBMsg22'),
      flag('AssignedMode'),
      flag('Raim'),
      ...accessState,
    ],
  },
  ExtendedClassBPositionReport: {
    types: [19],
    fields: [
      u('Spare1', 8),
      ...motion,
      u('TrueHeading', 9, 511),
      u('Timestamp', 6, 60),
      u('Spare2', 4),
      text('Name', 20),
      u('Type', 8),
      ...dimension('Dimension'),
      u('FixType', 4),
      flag('Raim'),
      flag('Dte'),
      flag('AssignedMode'),
      u('Spare3', 4),
    ],
  },
  DataLinkManagementMessage: {
    types: [20],
    fields: [
      u('Spare', 2),
      ...times(4, (i) =>
        when(`Data.${i}.Valid`, [
          u(`Data.${i}.Offset`, 12),
          u(`Data.${i}.integerOfSlots|Data.${i}.NumberOfSlots`, 4),
          u(`Data.${i}.TimeOut`, 3),
          u(`Data.${i}.Increment`, 11),
        ]),
      ),
    ],
  },
  AidsToNavigationReport: {
    types: [21],
    fields: [
      u('Type', 5),
      text('Name', 20),
      flag('PositionAccuracy'),
      lonFine,
      latFine,
      ...dimension('Dimension'),
      u('Fixtype|FixType', 4),
      u('Timestamp', 6, 60),
      flag('OffPosition'),
      u('AtoN', 8),
      flag('Raim'),
      flag('VirtualAtoN'),
      flag('AssignedMode'),
      u('Spare', 1),
    ],
    tail: { path: 'NameExtension', kind: 'text' },
  },
  ChannelManagement: {
    types: [22],
    fields: [
      u('Spare1', 2),
      u('ChannelA', 12),
      u('ChannelB', 12),
      u('TxRxMode', 4),
      flag('LowPower'),
      ...unless('IsAddressed', [
        lonCoarse('Area.Longitude1'),
        latCoarse('Area.Latitude1'),
        lonCoarse('Area.Longitude2'),
        latCoarse('Area.Latitude2'),
      ]),
      ...when('IsAddressed', [
        u('Unicast.AddressStation1', 30),
        spare(5),
        u('Unicast.AddressStation2', 30),
        spare(5),
      ]),
      flag('IsAddressed'),
      flag('BwA'),
      flag('BwB'),
      u('TransitionalZoneSize', 3),
      u('Spare4', 23),
    ],
  },
  GroupAssignmentCommand: {
    types: [23],
    fields: [
      u('Spare1', 2),
      lonCoarse('Longitude1'),
      latCoarse('Latitude1'),
      lonCoarse('Longitude2'),
      latCoarse('Latitude2'),
      u('StationType', 4),
      u('ShipType', 8),
      u('Spare2', 22),
      u('TxRxMode', 2),
      u('ReportingInterval', 4),
      u('QuietTime', 4),
      u('Spare3', 6),
    ],
  },
  StaticDataReport: {
    types: [24],
    fields: [
      u('Reserved', 1),
      flag('PartNumber'),
      ...unless('PartNumber', [text('ReportA.Name', 20)]),
      ...when('PartNumber', [
        u('ReportB.ShipType', 8),
        text('ReportB.VendorIDName', 3),
        u('ReportB.VenderIDModel|ReportB.VendorIDModel', 4),
        u('ReportB.VenderIDSerial|ReportB.VendorIDSerial', 20),
        text('ReportB.CallSign', 7),
        ...dimension('ReportB.Dimension'),
        u('ReportB.FixType', 4),
        u('ReportB.Spare', 2),
      ]),
    ],
  },
  SingleSlotBinaryMessage: { types: [25], fields: binaryHead, tail: { path: 'Payload', kind: 'bits' } },
  MultiSlotBinaryMessage: {
    types: [26],
    fields: binaryHead,
    tail: { path: 'Payload', kind: 'bits' },
    after: [u('Spare2', 4), ...accessState],
  },
  LongRangeAisBroadcastMessage: {
    types: [27],
    fields: [
      flag('PositionAccuracy'),
      flag('Raim'),
      u('NavigationalStatus', 4, 15),
      lonCoarse('Longitude'),
      latCoarse('Latitude'),
      u('Sog', 6, 63),
      u('Cog', 9, 511),
      flag('PositionLatency'),
      u('Spare', 1),
    ],
  },
}
