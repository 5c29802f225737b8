/**
 * Expectation–maximisation for mixtures of Gaussians, straight from its definition (Dempster, Laird & Rubin 1977): every
 * kind of covariance as a full matrix, its inverse and determinant from ml-matrix.
 */
import { CholeskyDecomposition, Matrix } from "ml-matrix";

type CovarianceType = "full" | "tied" | "diag" | "spherical";

export function emFromLabels(
  data: Float64Array,
  n: number,
  d: number,
  labels: Int32Array,
  k: number,
  type: CovarianceType,
  { tol, maxIter, regCovar }: { readonly tol: number; readonly maxIter: number; readonly regCovar: number },
) {
  const rows = Array.from({ length: n }, (_, i) => Array.from(data.subarray(i * d, (i + 1) * d)));
  let r = rows.map((_, i) => Array.from({ length: k }, (_, c): number => (labels[i] === c ? 1 : 0)));
  let model = maximise(rows, d, r, k, type, regCovar);
  const bounds: number[] = [];
  let converged = false;
  while (!converged && bounds.length < maxIter) {
    const step = expect(rows, d, model, regCovar);
    r = step.responsibilities;
    bounds.push(step.logLikelihoods.reduce((sum, value) => sum + value, 0) / n);
    model = maximise(rows, d, r, k, type, regCovar);
    converged = bounds.length > 1 && Math.abs(bounds.at(-1)! - bounds.at(-2)!) < tol;
  }
  const { responsibilities, logLikelihoods } = expect(rows, d, model, regCovar);
  const covariances = {
    full: () => model.map(({ covariance }) => covariance.to1DArray()),
    tied: () => [model[0]!.covariance.to1DArray()],
    diag: () => model.map(({ covariance }) => covariance.diagonal()),
    spherical: () => model.map(({ covariance }) => [covariance.get(0, 0)]),
  }
    [type]()
    .flat();
  const mixture = { weights: model.map(({ weight }) => weight), means: model.flatMap(({ mean }) => mean), covariances };
  return { mixture, responsibilities: responsibilities.flat(), logLikelihoods, bounds, converged };
}

interface Component {
  readonly weight: number;
  readonly mean: readonly number[];
  readonly covariance: Matrix;
}

/** The mixture that fits given responsibilities best, every variance lifted by `regCovar`. */
function maximise(
  rows: readonly (readonly number[])[],
  d: number,
  r: readonly (readonly number[])[],
  k: number,
  type: CovarianceType,
  regCovar: number,
): Component[] {
  // A component without rows keeps a tiny mass, so that nothing is divided by 0.
  const masses = Array.from({ length: k }, (_, c) => r.reduce((sum, own) => sum + own[c]!, 10 * Number.EPSILON));
  const means = masses.map((mass, c) =>
    Array.from({ length: d }, (_, j) => rows.reduce((sum, row, i) => sum + r[i]![c]! * row[j]!, 0) / mass),
  );
  const scatters = means.map((mean, c) => {
    const scatter = Matrix.zeros(d, d);
    rows.forEach((row, i) => {
      const z = Matrix.columnVector(row.map((value, j) => value - mean[j]!));
      if (r[i]![c]! > 0) scatter.add(z.mmul(z.transpose()).mul(r[i]![c]!));
    });
    return scatter;
  });
  const total = masses.reduce((sum, mass) => sum + mass, 0);
  const pooled = scatters.reduce((sum, scatter) => Matrix.add(sum, scatter), Matrix.zeros(d, d)).div(total);
  return masses.map((mass, c) => {
    const own = Matrix.div(scatters[c]!, mass);
    const covariance = {
      full: () => own,
      tied: () => pooled.clone(),
      diag: () => Matrix.diag(own.diagonal()),
      spherical: () => Matrix.eye(d, d, own.trace() / d),
    }[type]();
    return { weight: mass / rows.length, mean: means[c]!, covariance: covariance.add(Matrix.eye(d, d, regCovar)) };
  });
}

/** Responsibilities and log-likelihoods of the rows under a mixture. */
function expect(rows: readonly (readonly number[])[], d: number, model: readonly Component[], regCovar: number) {
  const densities = model.map(({ weight, mean, covariance }) => {
    const factor = new CholeskyDecomposition(covariance).lowerTriangularMatrix;
    // A covariance that is not positive definite in float64 has its pivot lifted to the floor.
    for (let j = 0; j < d; j++) if (!(factor.get(j, j) > 0)) factor.set(j, j, Math.sqrt(regCovar));
    const logDeterminant = 2 * factor.diagonal().reduce((sum, pivot) => sum + Math.log(pivot), 0);
    return (row: readonly number[]) => {
      const y: number[] = [];
      for (let j = 0; j < d; j++) {
        const rest = row[j]! - mean[j]! - y.reduce((sum, value, c) => sum + factor.get(j, c) * value, 0);
        y.push(rest / factor.get(j, j));
      }
      const squares = y.reduce((sum, value) => sum + value * value, 0);
      return Math.log(weight) - 0.5 * (d * Math.log(2 * Math.PI) + logDeterminant + squares);
    };
  });
  const logs = rows.map((row) => densities.map((density) => density(row)));
  const logLikelihoods = logs.map((own) => {
    const highest = Math.max(...own);
    return highest + Math.log(own.reduce((sum, value) => sum + Math.exp(value - highest), 0));
  });
  const responsibilities = logs.map((own, i) => own.map((value) => Math.exp(value - logLikelihoods[i]!)));
  return { responsibilities, logLikelihoods };
}
