import { expect, test } from 'vitest';
import { formatValue } from '../../src/lib/domain/workflow/format.ts';
import { formatInstant } from '../../src/lib/domain/workflow/instant.ts';

const at = new Date('2026-11-24T13:35:00Z');

/** `Intl` sets spaces of several kinds. */
const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, ' ');

test.each([
	['en', '24 November 2026', '€1,234.50', '24 November 2026 at 14:35'],
	['en-US', 'November 24, 2026', '€1,234.50', 'November 24, 2026 at 2:35 PM'],
	['de', '24. November 2026', '1.234,50 €', '24. November 2026 um 14:35']
])('dates, amounts and times in %s', (language, date, money, instant) => {
	const context = { language, currency: 'EUR' };
	expect(plain(formatValue('2026-11-24', 'date', context))).toBe(date);
	expect(plain(formatValue(123_450, 'money', context))).toBe(money);
	expect(plain(formatInstant(at, language, 'Europe/Berlin', 'date-and-time'))).toBe(instant);
});
