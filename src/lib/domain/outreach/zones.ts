/** Where a person's clock is taken from. */
export interface PersonZones {
	/** Every zone they may be in: at least one. */
	zones: readonly string[];
	from: 'declared' | 'phone' | 'workflow';
}

/**
 * The zone that was declared; else all zones of the countries that their phone numbers belong to,
 * because nobody knows in which of them they are; else the workflow's.
 */
export function zonesOfPerson(given: {
	declared?: string | undefined;
	/** ISO 3166-1 alpha-2. */
	countries: readonly string[];
	workflow: string;
}): PersonZones {
	if (given.declared) return { zones: [given.declared], from: 'declared' };
	const zones = [...new Set(given.countries.flatMap(zonesOfCountry))];
	if (zones.length > 0) return { zones, from: 'phone' };
	return { zones: [given.workflow], from: 'workflow' };
}

const known = new Map<string, readonly string[]>();

/** The IANA zones of a country by the time zone data that the program runs on; none for what is none. */
function zonesOfCountry(country: string): readonly string[] {
	let zones = known.get(country);
	if (!zones) {
		zones = new Intl.Locale('und', { region: country }).getTimeZones() ?? [];
		known.set(country, zones);
	}
	return zones;
}
