import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks of /proc/<pid>/stat: 100 a second on every Linux that Node runs on. */
const TICK_MS = 10;

/**
 * Processor time that a process has used so far, in milliseconds; NaN where there is no /proc. On a
 * machine with other work it is the steadier figure: waiting for a core is not in it.
 */
export const cpuMs = (pid: number | undefined): number => statOf(pid)?.ownMs ?? NaN;

/**
 * The same of all processes of a PostgreSQL, also of those that have ended meanwhile.
 * @param backend the process of one of its connections
 */
export function databaseCpuMs(backend: number): number {
	const parent = statOf(backend)?.parent;
	const server = statOf(parent);
	if (!server) return NaN;
	const children = readdirSync('/proc')
		.map((name) => (/^\d+$/.test(name) ? statOf(Number(name)) : null))
		.filter((stat) => stat?.parent === parent);
	return children.reduce((sum, stat) => sum + (stat?.ownMs ?? 0), server.ownMs + server.endedMs);
}

interface Stat {
	parent: number;
	ownMs: number;
	/** Of its children that have ended. */
	endedMs: number;
}

function statOf(pid: number | undefined): Stat | null {
	try {
		const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
		// From field 4 on; the name in field 2 may hold spaces, so count from its end.
		const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
		const ms = (from: number) => (Number(fields[from]) + Number(fields[from + 1])) * TICK_MS;
		return { parent: Number(fields[1]), ownMs: ms(11), endedMs: ms(13) };
	} catch {
		return null;
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
