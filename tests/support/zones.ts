/**
 * A zone in which it is this hour of the day now. Tests run at any time of day, and the database's
 * clock cannot be turned: so the person is where it is night, or noon.
 */
export function zoneWhereItIs(hour: number, now = Date.now()): string {
	const ahead = (hour - new Date(now).getUTCHours() + 36) % 24;
	const offset = ahead - 12;
	// The sign is that of POSIX: `Etc/GMT-2` is two hours ahead of UTC.
	return offset === 0 ? 'Etc/GMT' : `Etc/GMT${offset > 0 ? '-' : '+'}${Math.abs(offset)}`;
}

export const NIGHT = zoneWhereItIs(2);
export const DAYTIME = zoneWhereItIs(13);
