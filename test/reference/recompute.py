"""Computes every number of a report again from its predictions, with nothing of Magnilab's code.

usage: recompute.py REPORT      the folder that "magnilab report" wrote; Python 3.11 or newer, no packages

Compares data/results_long.csv, data/results_cases.csv and data/comparisons.csv with what follows from data/predictions/*.csv and
runs/*/config.json by the formulas of docs/protocol.md. Prints the largest difference of each, and ends with 1 where one is above
1e-9 (of the calibration line 1e-7: two optimisers end at two points).
"""
import csv, json, math, sys
from collections import defaultdict
from itertools import combinations
from pathlib import Path

FINE, FITTED = 1e-9, 1e-7
DRAWS, SEED, FLIPS, MOST_EXACT = 10_000, 20_260_101, 99_999, 16
BOUNDED = ('accuracy', 'sensitivity', 'specificity', 'auc', 'recognitionRate', 'patientAccuracy', 'patientAuc')
bounded_squares = {}
worst = defaultdict(float)
compared = defaultdict(int)


# ---- special functions and random numbers ----------------------------------------------------------------------------------
def beta_share(x, a, b):
    """regularised incomplete beta by Lentz's continued fraction"""
    if x <= 0: return 0.0
    if x >= 1: return 1.0
    if x > (a + 1) / (a + b + 2): return 1 - beta_share(1 - x, b, a)
    front = math.exp(a * math.log(x) + b * math.log1p(-x) + math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)) / a
    f, c, d = 1.0, 1.0, 0.0
    for i in range(2000):
        m = i // 2
        n = 1.0 if i == 0 else m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)) if i % 2 == 0 else -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1 + n * d; d = 1 / (d if abs(d) > 1e-300 else 1e-300)
        c = 1 + n / (c if abs(c) > 1e-300 else 1e-300)
        f *= c * d
        if i > 1 and abs(1 - c * d) < 1e-16: break
    return front * (f - 1)


def bisect(of, low, high):
    for _ in range(200):
        middle = (low + high) / 2
        if of(middle): high = middle
        else: low = middle
        if high - low < 1e-15 * max(1, abs(high)): break
    return (low + high) / 2


def beta_quantile(share, a, b): return bisect(lambda x: beta_share(x, a, b) >= share, 0.0, 1.0)
def t_quantile(share, freedom): # share above one half
    tail = lambda t: beta_share(freedom / (freedom + t * t), freedom / 2, .5) / 2
    return bisect(lambda t: tail(t) <= 1 - share, 0.0, 1e4)


def imul(a, b): return (a * b) & 0xffffffff
def hash_counters(*counters):
    h = 0x9e3779b9
    for counter in counters:
        h ^= counter & 0xffffffff
        h = imul(h ^ (h >> 16), 0x85ebca6b); h = imul(h ^ (h >> 13), 0xc2b2ae35); h ^= h >> 16
        h = (imul(h, 5) + 0xe6546b64) & 0xffffffff
    return h


# ---- metrics -----------------------------------------------------------------------------------------------------------------
def mean(values): values = list(values); return math.fsum(values) / len(values) if values else None
def ratio(a, b): return a / b if b else None
def logistic(x): return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))
def loss(margin): return max(-margin, 0) + math.log1p(math.exp(-abs(margin)))
def margins(logits):
    out = []
    for i in range(len(logits)):
        rest = [v for k, v in enumerate(logits) if k != i]; top = max(rest)
        out.append(logits[i] - (top + math.log(math.fsum(math.exp(v - top) for v in rest))))
    return out


def area(scores, positive):
    above, below = [s for s, p in zip(scores, positive) if p], [s for s, p in zip(scores, positive) if not p]
    if not above or not below: return None
    return math.fsum(1 if a > b else .5 if a == b else 0 for a in above for b in below) / (len(above) * len(below))


def calibration(own, positive):
    up, down = [m for m, p in zip(own, positive) if p], [m for m, p in zip(own, positive) if not p]
    if not up or not down or min(up) >= max(down) or min(down) >= max(up): return None, None
    b0 = b1 = 0.0
    total = lambda x, y: math.fsum(loss((1 if p else -1) * (x + y * m)) for m, p in zip(own, positive))
    for _ in range(200):
        ps = [logistic(b0 + b1 * m) for m in own]; w = [p * (1 - p) for p in ps]
        g0 = math.fsum(int(y) - p for y, p in zip(positive, ps)); g1 = math.fsum((int(y) - p) * m for y, p, m in zip(positive, ps, own))
        a, b, c = math.fsum(w), math.fsum(x * m for x, m in zip(w, own)), math.fsum(x * m * m for x, m in zip(w, own)); d = a * c - b * b
        if d == 0: return None, None
        s0, s1, share, before = (c * g0 - b * g1) / d, (a * g1 - b * g0) / d, 1.0, total(b0, b1)
        while share > 1e-12 and not total(b0 + share * s0, b1 + share * s1) <= before * (1 + 1e-12): share /= 2
        b0, b1 = b0 + share * s0, b1 + share * s1
        if max(abs(s0), abs(s1)) < 1e-12 * (1 + abs(b1)): return b1, b0
    return None, None


def answers_of(truths, answers, own, classes):
    counts = [(sum(t == c for t in truths), sum(t == c == a for t, a in zip(truths, answers)), sum(a == c for a in answers)) for c in range(classes)]
    return {'truths': truths, 'answers': answers, 'margins': own, 'counts': counts, 'areas': [area([m[c] for m in own], [t == c for t in truths]) for c in range(classes)]}


def plain(s, positive):
    counts, n = s['counts'], len(s['truths']); several = sum(c[0] > 0 for c in counts) > 1
    out = {'accuracy': ratio(sum(c[1] for c in counts), n), 'balancedAccuracy': mean(c[1] / c[0] for c in counts if c[0]) if several else None}
    if positive is None: out |= {'sensitivity': None, 'specificity': None, 'auc': mean(a for a in s['areas'] if a is not None)}
    else:
        support, found, said = counts[positive]
        out |= {'sensitivity': ratio(found, support), 'specificity': ratio(n - support - said + found, n - support), 'auc': s['areas'][positive]}
    return out


def metrics_of(rows, classes, positive):
    number = {c: i for i, c in enumerate(classes)}
    s = answers_of([number[r['true']] for r in rows], [number[r['pred']] for r in rows], [margins(r['logits']) for r in rows], len(classes))
    truths, answers, own, counts = s['truths'], s['answers'], s['margins'], s['counts']; n = len(rows); several = sum(c[0] > 0 for c in counts) > 1
    f1 = [ratio(2 * c[1], c[0] + c[2]) for c in counts]; precision = [ratio(c[1], c[2]) for c in counts]
    some = lambda values: mean(v for v in values if v is not None)
    out = plain(s, positive)
    out |= {'precision': some(precision) if positive is None else precision[positive], 'f1': None if positive is None else f1[positive], 'macroF1': some(f1) if several else None}
    truth_counts, answer_counts = [c[0] for c in counts], [c[2] for c in counts]
    spread = math.sqrt((n * n - sum(t * t for t in truth_counts)) * (n * n - sum(a * a for a in answer_counts)))
    out['mcc'] = ratio(sum(c[1] for c in counts) * n - sum(t * a for t, a in zip(truth_counts, answer_counts)), spread)
    judged = [1] if len(classes) == 2 else range(len(classes))
    out['brier'] = math.fsum((logistic(m[c]) - (t == c)) ** 2 for c in judged for m, t in zip(own, truths)) / n
    out['logLoss'] = mean(loss(m[t]) for m, t in zip(own, truths))
    bins = defaultdict(list)
    for m, t, a in zip(own, truths, answers):
        c = a if positive is None else positive; p = logistic(m[c]); bins[max(0, math.ceil(p * 10) - 1)].append((p, t == c))
    out['ece'] = math.fsum(len(b) / n * abs(mean(x[1] for x in b) - mean(x[0] for x in b)) for b in bins.values())
    out['calibrationSlope'], out['calibrationIntercept'] = (None, None) if positive is None else calibration([m[positive] for m in own], [t == positive for t in truths])
    by_case = defaultdict(list)
    for i, r in enumerate(rows): by_case[r['case']].append(i)
    out['recognitionRate'] = mean(mean(truths[i] == answers[i] for i in images) for images in by_case.values())
    clear = [images for images in by_case.values() if len({truths[i] for i in images}) == 1]
    means = [[math.fsum(own[i][c] for i in images) / len(images) for c in range(len(classes))] for images in clear]
    patients = answers_of([truths[images[0]] for images in clear], [m.index(max(m)) for m in means], means, len(classes))
    out |= {'patient' + k[0].upper() + k[1:]: v for k, v in plain(patients, positive).items()}
    out['majority'] = max(truth_counts) / n
    per_class = [{'recall': ratio(c[1], c[0]), 'precision': precision[i], 'f1': f1[i], 'auc': s['areas'][i], 'support': c[0]} for i, c in enumerate(counts)]
    confusion = [[sum(t == i and a == j for t, a in zip(truths, answers)) for j in range(len(classes))] for i in range(len(classes))]
    return out, per_class, confusion


# ---- intervals and tests -----------------------------------------------------------------------------------------------------
def korn_graubard(k, m):
    if len(m) < 3: return None
    n, total = len(m), sum(m); r = math.fsum(k) / total
    return effective(r, math.sqrt(n / (n - 1) * math.fsum(((a - r * b) / total) ** 2 for a, b in zip(k, m))), total, n)


def effective(r, se, total, n):
    ne = float(n)
    if 0 < r < 1 and se > 0: ne = min(total, r * (1 - r) / se ** 2 * (t_quantile(.975, total - 1) / t_quantile(.975, n - 1)) ** 2)
    x = r * ne
    return (beta_quantile(.025, x, ne - x + 1) if x > 0 else 0.0, beta_quantile(.975, x + 1, ne - x) if x < ne else 1.0)


def student(values, level=.95):
    n = len(values); m = mean(values); se = math.sqrt(math.fsum((v - m) ** 2 for v in values) / (n - 1) / n); reach = t_quantile(.5 + level / 2, n - 1) * se
    return m - reach, m + reach


def sign_flip(d):
    n = len(d); observed = abs(math.fsum(d)) / n; nonzero = sum(abs(v) > 1e-12 for v in d); smallest = 2.0 ** (1 - nonzero) if nonzero else 1.0
    if n <= MOST_EXACT:
        sums = [0.0]
        for v in d: sums = [s + v for s in sums] + [s - v for s in sums]
        return sum(abs(s) / n >= observed - 1e-12 for s in sums) / len(sums), smallest
    far = 0
    for draw in range(FLIPS):
        words = [hash_counters(draw, w) for w in range((n + 31) // 32)]
        flipped = math.fsum(v for i, v in enumerate(d) if words[i // 32] >> (i % 32) & 1)
        far += abs(math.fsum(d) - 2 * flipped) / n >= observed - 1e-12
    return (far + 1) / (FLIPS + 1), max(smallest, 1 / (FLIPS + 1))


def holm(ps):
    order, out, running = sorted(range(len(ps)), key=lambda i: ps[i]), [0.0] * len(ps), 0.0
    for rank, i in enumerate(order): running = max(running, min(1.0, (len(ps) - rank) * ps[i])); out[i] = running
    return out


def percentile(values, share):
    at = share * (len(values) - 1); below = math.floor(at); above = min(below + 1, len(values) - 1)
    return values[below] + (at - below) * (values[above] - values[below])


def drawn(values):
    known = sorted(v for v in values if not math.isnan(v))
    return (percentile(known, .025), percentile(known, .975)) if known and (len(values) - len(known)) / len(values) <= .025 + 1e-15 else None


def resamples(strata, cases):
    key, draws, out = hash_counters(SEED), 0, []
    for _ in range(DRAWS):
        counts = [0] * cases
        for members in strata:
            for _ in members: counts[members[math.floor(hash_counters(key, draws) / 2 ** 32 * len(members))]] += 1; draws += 1
        out.append(counts)
    return out


# ---- a report ----------------------------------------------------------------------------------------------------------------
def number(text): return None if text == '' else float(text)
def check(what, own, told, tolerance=FINE):
    compared[what] += 1
    if own is None or told is None: difference = 0.0 if own is told else math.inf
    else: difference = abs(own - told) / max(1.0, abs(told))
    worst[what] = max(worst[what], difference * (FINE / tolerance))
    if difference > tolerance: print(f'{what}: {own} here, {told} in the report')


def set_name(train): return f'{train:g}x' if isinstance(train, (int, float)) else train if isinstance(train, str) else f'all but {train["allBut"]:g}x'
NAMES = {'none': 'no scaling', 'zoom out': 'zoom out', 'continuous': 'continuous scale'}
def contender(config):
    treatment = ([NAMES[config['scaling']]] if config.get('scaling', 'crop') != 'crop' else []) + (['image-level'] if config.get('imageLevel') else [])
    return ' '.join([config['model']] + ([', '.join(treatment)] if treatment else []))


def read_trials(report):
    for path in sorted((report / 'data' / 'predictions').glob('*.csv')):
        config = json.loads((report / 'runs' / path.stem / 'config.json').read_text('utf8')); rows = []
        with open(path, newline='', encoding='utf8') as file:
            for row in csv.DictReader(file):
                rows.append({**row, 'logits': [float(row['logit_' + c]) for c in config['classes']], 'place': (float(row['magnification']), row.get('view', 'native'))})
        yield path.stem, config, rows


def main(report):
    trials = list(read_trials(report)); classes, positive_name = trials[0][1]['classes'], trials[0][1]['positive']
    positive = None if positive_name is None else classes.index(positive_name); band = json.loads((report / 'plan.json').read_text('utf8'))['equivalenceBand']
    table(report, trials, classes, positive)
    squares = tallies(trials, classes)
    cases_and_pairs(report, squares, classes, positive, band)
    for what in worst: print(f'{what}: {compared[what]} numbers, largest difference {worst[what]:.1e}')
    return 0 if worst and all(value <= FINE for value in worst.values()) else 1


def table(report, trials, classes, positive):
    by_trial, squares = {}, {}
    for name, config, rows in trials:
        groups = defaultdict(list)
        for row in rows: groups[row['place']].append(row)
        for place, own in groups.items(): by_trial[name, place] = metrics_of(own, classes, positive)
        pooled = (config['study'], contender(config), set_name(config['trainSet']), config['seed']); by_trial.setdefault(pooled, []).extend(rows)
        squares[name] = [(name, config, rows)]; squares.setdefault(pooled, []).append((name, config, rows))
    folded = {}
    with open(report / 'data' / 'results_long.csv', newline='', encoding='utf8') as file:
        for row in csv.DictReader(file):
            place = (float(row['test_mag']), row['view']); key = (row['trial'], place)
            if key not in by_trial: # all folds of a network and seed together
                if key not in folded:
                    group, own = next((k, rows) for (k, rows) in by_trial.items() if isinstance(rows, list) and k[2] == row['train_set'] and str(k[3]) == row['seed'] and k[1].split(' ')[0] == row['variant'])
                    folded[key] = metrics_of([r for r in own if r['place'] == place], classes, positive); squares[row['trial']] = squares[group]
                metrics, per_class, confusion = folded[key]
            else: metrics, per_class, confusion = by_trial[key]
            c = classes.index(row['class']) if row['class'] else None
            own = metrics[row['metric']] if c is None else confusion[c][classes.index(row['answer'])] if row['answer'] else per_class[c][row['metric']]
            check('results_long.csv', own, number(row['value']), FITTED if row['metric'].startswith('calibration') else FINE)
            ends = (None, None)
            if row['metric'] in BOUNDED and not (c is not None) or row['metric'] == 'recall':
                if row['trial'] not in bounded_squares: bounded_squares[row['trial']] = tallies(squares[row['trial']], classes)
                own_squares = bounded_squares[row['trial']]; network, train = next(iter(own_squares))[:2]
                if own is not None: _, *ends = squares_row({'network': network, 'train_set': train, 'test_mag': row['test_mag'], 'view': row['view'], 'measure': row['metric'], 'class': row['class']}, own_squares, {}, classes, positive)
            for end, column in zip(ends, ('ci_low', 'ci_high')): check('results_long.csv', end, number(row[column]))


def tallies(trials, classes):
    """(contender, train set, magnification, scale) -> case -> [images per class, right per class averaged over trials, share of right patients]"""
    squares = {}
    for _, config, rows in trials:
        groups = defaultdict(lambda: defaultdict(list))
        for row in rows: groups[row['place']][row['case']].append(row)
        for place, cases in groups.items():
            square = squares.setdefault((contender(config), set_name(config['trainSet']), *place), {'train': config['trainSet'], 'trials': []})
            square['trials'].append({'config': config, 'cases': {name: ([sum(r['true'] == c for r in own) for c in classes], [sum(r['true'] == c == r['pred'] for r in own) for c in classes], own) for name, own in cases.items()}})
    for square in squares.values():
        names = sorted({n for t in square['trials'] for n in t['cases']}); square['cases'] = {}
        for name in names:
            tests = [t['cases'][name] for t in square['trials'] if name in t['cases']]
            truths = [c for c, n in enumerate(tests[0][0]) if n]
            answered = mean(patient_answer(t[2]) == truths[0] for t in tests) if len(truths) == 1 else None
            square['cases'][name] = ([math.fsum(t[0][c] for t in tests) / len(tests) for c in range(len(classes))], [math.fsum(t[1][c] for t in tests) / len(tests) for c in range(len(classes))], answered)
    return squares


def patient_answer(rows):
    total = [math.fsum(column) for column in zip(*(margins(r['logits']) for r in rows))]; return total.index(max(total))


def runs_of(square, positive, classes):
    """one list of (margin, is positive, case) per seed, folds that test other cases together; and whether folds overlap"""
    trials, seeds = square['trials'], defaultdict(list)
    for t in trials: seeds[t['config']['seed']].append(t)
    overlap = any(len(names := [n for t in own for n in t['cases']]) > len(set(names)) for own in seeds.values())
    runs = []
    for own in [[t] for t in trials] if overlap else seeds.values():
        rows = [r for t in own for c in t['cases'].values() for r in c[2]]; rows.sort(key=lambda r: r['image'])
        runs.append([(margins(r['logits'])[positive], r['true'] == classes[positive], r['case']) for r in rows])
    return runs, overlap


def patients_of(run):
    cases = defaultdict(list)
    for margin, is_positive, case in run: cases[case].append((margin, is_positive))
    return [(mean(m for m, _ in own), own[0][1], case) for case, own in cases.items() if len({p for _, p in own}) == 1]


def area_under(runs, overlap, delong):
    areas, v10s, v01s = [], [], []
    psi = lambda a, b: 1 if a > b else .5 if a == b else 0
    for run in runs:
        up, down = [(m, c) for m, p, c in run if p], [(m, c) for m, p, c in run if not p]
        if not up or not down: return None, None
        v10s.append([math.fsum(psi(a, b) for b, _ in down) / len(down) for a, _ in up]); v01s.append([math.fsum(psi(a, b) for a, _ in up) / len(up) for b, _ in down]); areas.append(mean(v10s[-1]))
    a = mean(areas)
    if overlap: return a, None
    v10, v01 = [mean(c) for c in zip(*v10s)], [mean(c) for c in zip(*v01s)]; cp, cn = [c for _, c in up], [c for _, c in down]
    m, n, fewest = len(cp), len(cn), min(len(set(cp)), len(set(cn)))
    if fewest < 3: return a, None
    if delong: variance = math.fsum((v - a) ** 2 for v in v10) / (m - 1) / m + math.fsum((v - a) ** 2 for v in v01) / (n - 1) / n
    else:
        x, y = defaultdict(float), defaultdict(float)
        for v, c in zip(v10, cp): x[c] += v - a
        for v, c in zip(v01, cn): y[c] += v - a
        k = len(set(cp) | set(cn)); i10, i01 = len(set(cp)), len(set(cn))
        s10, s01, s11 = i10 / ((i10 - 1) * m) * math.fsum(v * v for v in x.values()), i01 / ((i01 - 1) * n) * math.fsum(v * v for v in y.values()), k / (k - 1) * math.fsum(x[c] * y[c] for c in set(cp) & set(cn))
        variance = s10 / m + s01 / n + 2 * s11 / (m * n)
    if not variance > 0 or not 0 < a < 1: return a, None
    odds, reach = math.log(a / (1 - a)), t_quantile(.975, fewest - 1) * math.sqrt(variance) / (a * (1 - a))
    low, high = logistic(odds - reach), logistic(odds + reach)
    return a, ((low, high) if high - low > 1e-9 else None)


def cases_and_pairs(report, squares, classes, positive, band):
    class_of = {}
    for square in squares.values():
        for name, (images, *_) in square['cases'].items(): c = next(i for i, n in enumerate(images) if n); class_of[name] = min(class_of.get(name, c), c)
    names = sorted(class_of); place = {n: i for i, n in enumerate(names)}
    strata = [s for s in ([place[n] for n in names if class_of[n] == c] for c in range(len(classes))) if s]
    counts = resamples(strata, len(names)) if len(names) >= 10 else []
    balanced = {}
    for key, square in squares.items():
        present = [c for c in range(len(classes)) if any(i[c] for i, *_ in square['cases'].values())]
        if len(present) < 2: balanced[key] = (None, []); continue
        pick = lambda of, c: [(place[n], own[of][c]) for n, own in square['cases'].items() if own[of][c]]
        parts = [(pick(1, c), pick(0, c)) for c in present]
        value = math.fsum(math.fsum(v for _, v in r) / math.fsum(v for _, v in i) for r, i in parts) / len(present)
        draws = []
        for row in counts:
            total = 0.0
            for right, images in parts:
                there = sum(row[i] * v for i, v in images); total += sum(row[i] * v for i, v in right) / there if there else math.nan
            draws.append(total / len(present))
        balanced[key] = (value, draws)
    native = {key: square for key, square in squares.items() if key[3] == 'native'}
    contenders = list(dict.fromkeys(key[0] for key in native))
    with open(report / 'data' / 'results_cases.csv', newline='', encoding='utf8') as file: told = list(csv.DictReader(file))
    scores = {name: case_scores(name, native) for name in contenders}
    for row in told:
        own = squares_row(row, squares, balanced, classes, positive) if row['train_set'] else contender_row(row, native, balanced, scores, classes)
        for column, value in zip(('value', 'ci_low', 'ci_high'), own): check('results_cases.csv', value, number(row[column]))
    with open(report / 'data' / 'comparisons.csv', newline='', encoding='utf8') as file: rows = list(csv.DictReader(file))
    for measure in dict.fromkeys(r['measure'] for r in rows):
        own = [r for r in rows if r['measure'] == measure]; ps = []
        for row in own:
            a, b = scores[row['first']][measure], scores[row['second']][measure]; d = [a[n] - b[n] for n in sorted(a) if n in b]
            p, smallest = sign_flip(d); ps.append(p); low, high = bounded(d, -2, 2); low90, high90 = student(d, .9) if len(d) >= 3 else (None, None)
            for value, column in ((mean(d), 'difference'), (low, 'ci_low'), (high, 'ci_high'), (low90, 'low_90'), (high90, 'high_90'), (p, 'p'), (smallest, 'smallest_p')): check('comparisons.csv', value, number(row[column]))
            check('comparisons.csv', int(low90 is not None and high90 - low90 > 1e-9 and -band < low90 and high90 < band), number(row['equal']))
        for value, row in zip(holm(ps), own): check('comparisons.csv', value, number(row['holm']))


def bounded(values, least, most):
    if len(values) < 3: return None, None
    low, high = student(values); return (max(least, low), min(most, high)) if high - low > 1e-9 else (None, None)


def is_same(train, magnification): return None if not isinstance(train, (int, float)) else train == magnification


def case_scores(name, squares, answers=True):
    single = defaultdict(list)
    for (own, _, magnification, _), square in squares.items():
        same = is_same(square['train'], magnification)
        several = sum(any(i[c] for i, *_ in square['cases'].values()) for c in range(len(next(iter(square['cases'].values()))[0]))) > 1
        if own == name and same is not None and several:
            for case, (images, right, _) in square['cases'].items(): single[case].append((same, math.fsum(right) / sum(images)))
    overall = {c: mean(v for _, v in own) for c, own in single.items()}
    gap = {c: mean(v for s, v in own if s) - mean(v for s, v in own if not s) for c, own in single.items() if any(s for s, _ in own) and any(not s for s, _ in own)}
    alike = defaultdict(lambda: defaultdict(list))
    for (own, *_), square in squares.items():
        if own != name: continue
        for t in square['trials']:
            key = (set_name(t['config']['trainSet']), t['config']['fold'], t['config']['seed'])
            for case, (_, _, rows) in t['cases'].items():
                alike[case][key].append(patient_answer(rows))
    consistency = {case: [len(set(a)) == 1 for a in trials.values() if len(a) > 1] for case, trials in alike.items()}
    return {'overall': overall, 'gap': gap, 'consistency': {c: mean(v) for c, v in consistency.items() if v}}


def squares_row(row, squares, balanced, classes, positive):
    key = (row['network'], row['train_set'], float(row['test_mag']), row['view']); square = squares[key]; own = square['cases'].values(); measure = row['measure']
    if measure == 'balancedAccuracy':
        value, draws = balanced[key]; per_class = [sum(1 for i, *_ in own if i[c]) for c in range(len(classes))]
        fine = value is not None and min(n for n in per_class if n) >= 3 and len(own) >= 10; bounds = drawn(draws) if fine else None
        return (value, *(bounds if bounds and bounds[0] < bounds[1] else (None, None)))
    if measure in ('auc', 'patientAuc'):
        runs, overlap = runs_of(square, positive, classes); patients = measure == 'patientAuc'
        value, bounds = area_under([patients_of(r) for r in runs] if patients else runs, overlap, patients); return (value, *(bounds or (None, None)))
    if measure == 'recognitionRate':
        values = [math.fsum(r) / sum(i) for i, r, _ in own]; return (mean(values), *bounded(values, 0, 1))
    if measure == 'patientAccuracy': pairs = [(a, 1) for *_, a in own if a is not None]
    elif measure == 'accuracy': pairs = [(math.fsum(r), sum(i)) for i, r, _ in own]
    else:
        c = {'sensitivity': positive, 'specificity': None if positive is None else 1 - positive}[measure] if measure != 'recall' else classes.index(row['class'])
        pairs = [(r[c], i[c]) for i, r, _ in own]
    pairs = [(r, i) for r, i in pairs if i]
    if not pairs: return None, None, None
    k, m = [r for r, _ in pairs], [i for _, i in pairs]; bounds = korn_graubard(k, m)
    return (math.fsum(k) / sum(m), *(bounds or (None, None)))


def mean_of_squares(row, squares, classes):
    wanted = {'meanAccuracy': None, 'meanAccuracySame': True, 'meanAccuracyOther': False}[row['measure']]
    own = [s for key, s in squares.items() if key[0] == row['network'] and (same := is_same(s['train'], key[2])) is not None and wanted in (None, same) and sum(any(i[c] for i, *_ in s['cases'].values()) for c in range(len(classes))) > 1]
    names = sorted({n for s in own for n in s['cases']})
    if not own: return None, None, None
    rates, added, total_images = [], defaultdict(float), 0
    for s in own:
        right = {n: math.fsum(r) for n, (_, r, _) in s['cases'].items()}; images = {n: sum(i) for n, (i, *_) in s['cases'].items()}; total = sum(images.values()); total_images += total; rates.append(math.fsum(right.values()) / total)
        for n in right: added[n] += (right[n] - rates[-1] * images[n]) / total / len(own)
    value, n = mean(rates), len(names)
    return (value, *(effective(value, math.sqrt(n / (n - 1) * math.fsum(v * v for v in added.values())), total_images, n) if n >= 3 else (None, None)))


def contender_row(row, squares, balanced, scores, classes):
    if row['measure'].startswith('meanAccuracy'): return mean_of_squares(row, squares, classes)
    if row['measure'] != 'retention':
        values = scores[row['network']][row['measure']]; values = [values[n] for n in sorted(values)]
        return (mean(values), *bounded(values, -1 if row['measure'] == 'gap' else 0, 1))
    chance, groups, fewest, rarest = 1 / len(classes), {True: [], False: []}, math.inf, math.inf
    for key, square in squares.items():
        same = is_same(square['train'], key[2])
        if key[0] != row['network'] or balanced[key][0] is None or same is None: continue
        groups[same].append(balanced[key]); fewest = min(fewest, len(square['cases']))
        rarest = min([rarest] + [n for n in (sum(1 for i, *_ in square['cases'].values() if i[c]) for c in range(len(classes))) if n])
    same, other = (mean(v for v, _ in groups[g]) for g in (True, False))
    if same is None or other is None or same - chance - .05 <= 1e-9: return None, None, None
    bounds = None
    if rarest >= 3 and fewest >= 10:
        draws = []
        for i in range(DRAWS):
            a, b = (math.fsum(d[i] for _, d in groups[g]) / len(groups[g]) for g in (True, False)); draws.append((b - chance) / (a - chance) if a > chance else math.nan)
        bounds = drawn(draws)
    return ((other - chance) / (same - chance), *(bounds if bounds and bounds[0] < bounds[1] else (None, None)))


if __name__ == '__main__':
    if len(sys.argv) != 2: sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1])))
