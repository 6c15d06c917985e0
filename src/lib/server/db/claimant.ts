import { readFileSync, readlinkSync } from 'node:fs';

/** Who holds a data directory: enough to tell a living process from a reused number. */
export interface Claimant {
	pid: number;
	/** Clock ticks since boot at which the process started; absent where there is no /proc. */
	startedAt?: string;
	/** The boot and the process namespace in which `pid` means something. */
	place: string;
}

/** Three missed beats: a process of another container counts as dead after this. */
const SILENT_SECONDS = 15;

export function thisProcess(): Claimant {
	const startedAt = startOf(process.pid);
	return { pid: process.pid, place: place(), ...(startedAt ? { startedAt } : {}) };
}

/**
 * True while the claimant runs. In another container its number says nothing here, so there its
 * beats decide: `idleSeconds` since the last one.
 */
export function isAlive(claimant: Claimant, idleSeconds: number): boolean {
	if (claimant.place !== place()) return idleSeconds < SILENT_SECONDS;
	if (!responds(claimant.pid)) return false;
	return claimant.startedAt === undefined || startOf(claimant.pid) === claimant.startedAt;
}

function responds(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		// EPERM: it runs, as somebody else.
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
}

/** Field 22 of /proc/<pid>/stat; the name in field 2 may hold spaces, so count from its end. */
function startOf(pid: number): string | undefined {
	const stat = read(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
	const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
	// A killed process that nobody has reaped yet still has an entry, but holds nothing.
	return fields?.[0] === 'Z' ? undefined : fields?.[19];
}

function place(): string {
	const boot = read(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
	const namespace = read(() => readlinkSync('/proc/self/ns/pid'));
	return `${boot ?? 'boot'} ${namespace ?? 'pid'}`;
}

function read(source: () => string): string | undefined {
	try {
		return source();
	} catch {
		return undefined;
	}
}
