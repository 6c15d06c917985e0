import { writingTag } from './format.ts';

const formatters = new Map<string, Intl.DateTimeFormat>();

/** An instant as the reader's clock shows it: `14:35`, or with `date` the day, too or alone. `zone` is IANA. */
export function formatInstant(
	instant: Date,
	language: string,
	zone: string,
	what: 'time' | 'date' | 'date-and-time'
): string {
	const key = `${language} ${zone} ${what}`;
	let formatter = formatters.get(key);
	if (!formatter) {
		formatter = new Intl.DateTimeFormat(writingTag(language), {
			timeZone: zone,
			...(what !== 'date' && { timeStyle: 'short' }),
			...(what !== 'time' && { dateStyle: 'long' })
		});
		if (formatters.size >= 500) formatters.clear();
		formatters.set(key, formatter);
	}
	return formatter.format(instant);
}
