import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createSideBySide } from '../../src/lib/server/jobs/side-by-side.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function held() {
	const { promise, resolve, reject } = Promise.withResolvers<void>();
	return { work: () => promise, resolve, reject };
}

test("a quick job is waited for, its failure is the batch's", async () => {
	const late = vi.fn();
	const side = createSideBySide(late);
	await side.run(() => Promise.resolve());
	await expect(side.run(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
	expect(late).not.toHaveBeenCalled();
	await side.finish();
});

test('a slow job does not hold its batch; it is waited for at the end, and its failure is told', async () => {
	const late = vi.fn();
	const side = createSideBySide(late);
	const slow = held();
	const ran = side.run(slow.work);
	await vi.advanceTimersByTimeAsync(1_000);
	await ran;
	const finished = vi.fn();
	const end = side.finish().then(finished);
	await vi.advanceTimersByTimeAsync(1_000);
	expect(finished).not.toHaveBeenCalled();
	slow.reject(new Error('late'));
	await end;
	expect(late).toHaveBeenCalledOnce();
});

test('without an end of patience a slow job is waited for, and its failure is the batch', async () => {
	const late = vi.fn();
	const side = createSideBySide(late, Infinity);
	const slow = held();
	const ended = vi.fn();
	const ran = side.run(slow.work).catch(ended);
	await vi.advanceTimersByTimeAsync(60_000);
	expect(ended).not.toHaveBeenCalled();
	slow.reject(new Error('broken'));
	await ran;
	expect(ended).toHaveBeenCalledOnce();
	expect(late).not.toHaveBeenCalled();
	await side.finish();
});

test('no more than a hundred are under way at once: the next waits until one ends', async () => {
	const side = createSideBySide(vi.fn());
	const jobs = Array.from({ length: 101 }, () => {
		const job = held();
		return { ...job, work: vi.fn(job.work) };
	});
	const started = jobs.map(({ work }) => side.run(work));
	await vi.advanceTimersByTimeAsync(1_000);
	expect(jobs.filter(({ work }) => work.mock.calls.length > 0)).toHaveLength(100);
	jobs[0]!.resolve();
	await vi.advanceTimersByTimeAsync(1_000);
	expect(jobs[100]!.work).toHaveBeenCalledOnce();
	for (const { resolve } of jobs) resolve();
	await Promise.all(started);
	await side.finish();
});
