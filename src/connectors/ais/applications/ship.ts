import { type Field, spare, text, unsigned } from '../layout.ts'
import { monthToMinute } from './instants.ts'

const persons = unsigned('personsOnBoard', 13, 'persons on board; 8191 = 8191 or more', { none: 0 })

/** 6: 1/40, 8: 1/40 and 8: 1/16, persons on board. */
export const personsOnBoard: Field[] = [persons, spare(3)]

/** 6: 1/16, persons on board (IMO SN.1/Circ.289). */
export const personsOnBoardAddressed: Field[] = [persons, spare(35)]

/** 8: 1/15, air draught (IMO SN/Circ.236). */
export const airDraught: Field[] = [
  unsigned('airDraughtM', 11, 'height above water, m; 204.7 = 204.7 or more', { per: 10, none: 0 }),
  spare(5),
]

const cargoUnit = unsigned('cargoUnit', 2, '1 kg, 2 t, 3 kt', { none: 0 })
const cargoAmount = unsigned('cargoAmount', 10, 'amount of dangerous cargo, in cargoUnit', { none: 0 })

/** 6: 1/12, dangerous cargo (IMO SN/Circ.236). */
export const dangerousCargo236: Field[] = [
  text('lastPort', 5, 'last port, UN/LOCODE'),
  ...monthToMinute('departure', 'departure'),
  text('nextPort', 5, 'next port, UN/LOCODE'),
  ...monthToMinute('eta', 'estimated arrival'),
  text('dangerousGood', 20, 'main dangerous good'),
  text('imdgCategory', 4, 'IMDG category'),
  unsigned('unNumber', 13, 'UN number', { none: 0, highest: 3600 }),
  cargoAmount,
  cargoUnit,
  spare(3),
]

/** 6: 1/25, dangerous cargo (IMO SN.1/Circ.289). */
export const dangerousCargo289: Field[] = [
  cargoUnit,
  cargoAmount,
  {
    kind: 'list',
    name: 'cargoes',
    meaning: 'what is carried',
    most: 28,
    fields: [
      unsigned('codeSystem', 4, '1 IMDG, 2 IGC, 3 BC, 4 MARPOL I, 5 MARPOL II, 6 regional', {
        none: 0,
        highest: 6,
      }),
      unsigned('code', 13, 'class, UN number or category in that code', { none: 0 }),
    ],
  },
]

const equipment = [
  'aisClassA',
  'trackingAid',
  'bnwas',
  'ecdisBackUp',
  'paperChart',
  'echoSounder',
  'plottingAid',
  'emergencySteering',
  'gnss',
  'gyroCompass',
  'lrit',
  'magneticCompass',
  'navtex',
  'radarArpa',
  'radarSBand',
  'radarXBand',
  'radioHf',
  'radioInmarsat',
  'radioMf',
  'radioVhf',
  'speedLogGround',
  'speedLogWater',
  'headingDevice',
  'trackControl',
  'vdr',
]

const bunkered = (name: string, what: string) =>
  unsigned(name, 2, `${what} bunkered: 1 no, 2 yes`, { none: [0, 3] })

/** 8: 1/24, extended ship static and voyage data (IMO SN.1/Circ.289). */
export const extendedVoyage: Field[] = [
  unsigned('linkageId', 10, 'links messages of one sender that belong together', { none: 0 }),
  unsigned('airDraughtM', 13, 'height above water, m; 81.91 = 81.91 or more', { per: 100, none: 0 }),
  text('lastPort', 5, 'last port, UN/LOCODE'),
  text('nextPort', 5, 'next port, UN/LOCODE'),
  text('secondPort', 5, 'port after the next, UN/LOCODE'),
  ...equipment.map((name) =>
    unsigned(`${name}State`, 2, 'equipment: 1 operational, 2 not operational, 3 no data', { none: 0 }),
  ),
  spare(2),
  unsigned('iceClass', 4, 'ice class, 1–7 polar class, 8 IB, 9 IC, 10 RS Ice1', { none: 15 }),
  unsigned('shaftPowerHp', 18, 'shaft power, hp; 262142 = 262142 or more', { none: 262_143 }),
  unsigned('vhfChannel', 12, 'VHF working channel', { none: 0 }),
  text('lloydsType', 7, 'ship type, StatCode 5'),
  unsigned('grossTonnage', 18, 'gross tonnage; 262142 = 262142 or more', { none: 262_143 }),
  unsigned('loadState', 2, '1 laden, 2 ballast', { none: [0, 3] }),
  bunkered('heavyFuel', 'heavy fuel oil'),
  bunkered('lightFuel', 'light fuel oil'),
  bunkered('diesel', 'diesel oil'),
  unsigned('bunkersT', 14, 'bunker oil in all, t; 16382 = 16382 or more', { none: 16_383 }),
  unsigned('personsOnBoard', 13, 'persons on board; 8191 = 8191 or more', { none: 0 }),
  spare(10),
]
