import { readFileSync } from 'node:fs';

/** Clock ticks of /proc/<pid>/stat: 100 a second on every Linux that Node runs on. */
const TICK_MS = 10;

/**
 * Processor time that a process has used so far, in milliseconds; NaN where there is no /proc. On a
 * machine with other work it is the steadier figure: waiting for a core is not in it.
 */
export function cpuMs(pid: number | undefined): number {
	try {
		const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
		// Fields 14 and 15; the name in field 2 may hold spaces, so count from its end.
		const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
		return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
	} catch {
		return NaN;
	}
}

/** Resident memory of a process in MB; NaN where there is no /proc. */
export function residentMb(pid: number | undefined): number {
	try {
		const status = readFileSync(`/proc/${pid}/status`, 'utf8');
		return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
	} catch {
		return NaN;
	}
}
