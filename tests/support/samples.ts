/**
 * The samples of a Prometheus text: `name{label="value"}` with its labels in order of their names,
 * and the figure. Throws at a line that is none, and at a series that stands there twice.
 */
export function samplesOf(text: string): Record<string, number> {
	const samples: Record<string, number> = {};
	for (const line of text.split('\n')) {
		if (line === '' || line.startsWith('#')) continue;
		const [, name = '', labels = '', figure = ''] =
			/^([a-z_]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
		const series = name + (labels && `{${labels.split(',').sort().join(',')}}`);
		if (name === '' || Number.isNaN(Number(figure)) || series in samples)
			throw new Error(`No sample, or one that is there already: ${line}`);
		samples[series] = Number(figure);
	}
	return samples;
}

/** The samples of one metric, by their labels alone. */
export function seriesOf(samples: Record<string, number>, metric: string): Record<string, number> {
	const own = Object.entries(samples).filter(([series]) => series.replace(/\{.*/, '') === metric);
	return Object.fromEntries(own.map(([series, figure]) => [series.slice(metric.length), figure]));
}
