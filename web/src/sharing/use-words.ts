import type { DatasetField } from '../../../src/datasets/schema.ts'
import type { Filter, FilterLiteral, Quota, ReleaseRule } from '../../../src/sharing/schema.ts'
import { formatBytes, formatDateTime, formatDay, formatNumber } from '../ui/format.ts'
import { useLanguage } from '../ui/use-language.ts'

const units = [
  { unit: 'days', seconds: 86_400 },
  { unit: 'hours', seconds: 3_600 },
  { unit: 'minutes', seconds: 60 },
  { unit: 'seconds', seconds: 1 },
] as const

/** What policies say, in the reader's words. */
export function useWords(fields: readonly DatasetField[]) {
  const { t, language } = useLanguage()
  const number = (value: number) =>
    formatNumber(value, language, Math.min(6, (String(value).split('.')[1] ?? '').length))
  const fieldName = (name: string) => {
    const label = fields.find((field) => field.name === name)?.label
    return (label && (label[language] || label.fr || label.en)) || name
  }

  /** In the largest unit that divides it. */
  const duration = (seconds: number): string => {
    const { unit, seconds: size } = units.find((one) => seconds % one.seconds === 0)!
    return t(`sharing.duration.${unit}`, { count: seconds / size })
  }

  const literal = (column: string, value: FilterLiteral): string => {
    if (typeof value === 'boolean') return t(value ? 'sharing.filter.true' : 'sharing.filter.false')
    if (typeof value === 'number') return number(value)
    const type = fields.find(({ name }) => name === column)?.type
    if (type === 'timestamp') return formatDateTime(Date.parse(value), language, Date.now())
    if (type === 'date') return formatDay(Date.parse(value), language, 'UTC')
    return t('sharing.filter.quoted', { text: value })
  }

  const filter = (node: Filter, isInner = false): string => {
    switch (node.op) {
      case 'and':
      case 'or': {
        if (node.of.length === 0) return t(node.op === 'and' ? 'sharing.filter.all' : 'sharing.filter.none')
        const joined = node.of
          .map((part) => filter(part, node.of.length > 1))
          .join(` ${t(`sharing.filter.${node.op}`)} `)
        return isInner && node.of.length > 1 ? `(${joined})` : joined
      }
      case 'not':
        return t('sharing.filter.not', { what: filter(node.of, true) })
      case 'eq':
      case 'ne':
      case 'lt':
      case 'lte':
      case 'gt':
      case 'gte': {
        const field = fieldName(node.column)
        if (typeof node.value === 'object')
          return t('sharing.filter.mine', {
            field,
            attribute: t(`sharing.attribute.${node.value.attr as 'id'}`),
          })
        return t(`sharing.filter.${node.op}`, { field, value: literal(node.column, node.value) })
      }
      case 'between':
        return t('sharing.filter.between', {
          field: fieldName(node.column),
          from: literal(node.column, node.from),
          to: literal(node.column, node.to),
        })
      case 'in':
      case 'notIn':
        return t(`sharing.filter.${node.op}`, {
          field: fieldName(node.column),
          values: node.values.map((value) => literal(node.column, value)).join(', '),
        })
      case 'startsWith':
        return t('sharing.filter.startsWith', {
          field: fieldName(node.column),
          value: literal(node.column, node.value),
        })
      case 'isNull':
      case 'isNotNull':
        return t(`sharing.filter.${node.op}`, { field: fieldName(node.column) })
      case 'withinBox':
        return t('sharing.filter.withinBox', {
          field: fieldName(node.column),
          west: number(node.west),
          south: number(node.south),
          east: number(node.east),
          north: number(node.north),
        })
      case 'withinGeometry':
        return t('sharing.filter.withinGeometry', { field: fieldName(node.column) })
      case 'sumAtLeast':
        return t('sharing.filter.sumAtLeast', {
          fields: node.columns.map(fieldName).join(' + '),
          value: number(node.value),
        })
      case 'inDataset':
        return t('sharing.filter.inDataset', { field: fieldName(node.column), dataset: node.dataset })
    }
  }

  const step = (column: string, size: number): string => {
    const field = fields.find(({ name }) => name === column)
    if (field?.type === 'timestamp') return duration(size)
    const unit = field?.unit ?? (field?.type === 'geo_point_2d' ? '°' : '')
    return unit === '' ? number(size) : unit === '°' ? `${number(size)}°` : `${number(size)}\u00a0${unit}`
  }

  const release = (rule: ReleaseRule): string => {
    switch (rule.rule) {
      case 'drop':
        return t('sharing.release.drop', { field: fieldName(rule.column) })
      case 'round':
        return t('sharing.release.round', {
          field: fieldName(rule.column),
          step: step(rule.column, rule.step),
        })
      case 'pseudonym':
        return t(`sharing.release.${rule.period === 'day' ? 'pseudonymDay' : 'pseudonymMonth'}`, {
          field: fieldName(rule.column),
        })
      case 'delay':
        return t('sharing.release.delay', { duration: duration(rule.seconds) })
    }
  }

  const quota = ({ requestsPerMinute, rowsPerDay, bytesPerDay, openStreams }: Quota): string[] => [
    ...(requestsPerMinute === null ? [] : [t('sharing.quota.requests', { count: requestsPerMinute })]),
    ...(rowsPerDay === null
      ? []
      : [t('sharing.quota.rows', { count: rowsPerDay, rows: number(rowsPerDay) })]),
    ...(bytesPerDay === null ? [] : [t('sharing.quota.bytes', { size: formatBytes(bytesPerDay, language) })]),
    ...(openStreams === null ? [] : [t('sharing.quota.streams', { count: openStreams })]),
  ]
  return { fieldName, filter, release, quota, duration, step }
}
export type Words = ReturnType<typeof useWords>
