/*
 * The memory step of the CPU engine in C, for `fastweights bench engine` alone: what the machine
 * does for a compiler that knows its vectors. DPFP with nu = 1, fp32, every event of another key.
 *
 *   gcc -O3 -march=native -ffp-contract=off -DBITS=512 -DD=64 delta_rule.c -lm
 *   a.out HEADS HOT_SLOTS COLD_SLOTS SECONDS
 *
 * Prints events per second of processor time as JSON: "hot" and "cold" of the step, and "pass" of
 * loads, one product and a store for the cold rows that an event must rewrite, loads for the others.
 */
#define _GNU_SOURCE
#include <immintrin.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { L = BITS / 32, FEATURES = 2 * D, VECTORS = D / L, EVENTS = 256, LINE = 64 };

typedef float V __attribute__((vector_size(BITS / 8)));
typedef V VU __attribute__((aligned(4)));

/* The features of one key or query that are not 0. */
typedef struct {
  int count;
  int row[FEATURES + L];
  float phi[FEATURES + L];
} Active;

typedef struct {
  int heads;
  float *q, *k, *v, *beta; /* [EVENTS][heads][D]; beta [EVENTS][heads] */
  float *reads, *deltas, *errors;
  Active *keys, *queries; /* [heads] */
} Work;

static inline V load(const float *p) { return *(const VU *)p; }
static inline void store(float *p, V v) { *(VU *)p = v; }
static inline V all(float x) { return (V){} + x; }
#if BITS == 512
static inline V positive(V x) { return (V)_mm512_max_ps((__m512)x, _mm512_setzero_ps()); }
#else
static inline V positive(V x) { return (V)_mm256_max_ps((__m256)x, _mm256_setzero_ps()); }
#endif

static inline float sum(V v) {
#if BITS == 512
  __m256 high = _mm256_castpd_ps(_mm512_extractf64x4_pd(_mm512_castps_pd((__m512)v), 1));
  __m256 eight = _mm256_add_ps(_mm512_castps512_ps256((__m512)v), high);
#else
  __m256 eight = (__m256)v;
#endif
  __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
  four = _mm_add_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_add_ss(four, _mm_movehdup_ps(four)));
}

#if BITS == 512
static inline int append(Active *f, int n, V phi, int first) {
  __mmask16 set = _mm512_cmp_ps_mask((__m512)phi, _mm512_setzero_ps(), _CMP_NEQ_UQ);
  __m512i lane = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  __m512i row = _mm512_add_epi32(_mm512_set1_epi32(first), lane);
  _mm512_storeu_ps(f->phi + n, _mm512_maskz_compress_ps(set, (__m512)phi));
  _mm512_storeu_si512(f->row + n, _mm512_maskz_compress_epi32(set, row));
  return n + __builtin_popcount(set);
}
static void prepare(void) {}
#else
static uint64_t places[256];
static inline int append(Active *f, int n, V phi, int first) {
  int set = _mm256_movemask_ps(_mm256_cmp_ps((__m256)phi, _mm256_setzero_ps(), _CMP_NEQ_UQ));
  __m256i lane = _mm256_cvtepu8_epi32(_mm_cvtsi64_si128((int64_t)places[set]));
  _mm256_storeu_ps(f->phi + n, _mm256_permutevar8x32_ps((__m256)phi, lane));
  __m256i row = _mm256_add_epi32(_mm256_set1_epi32(first), lane);
  _mm256_storeu_si256((__m256i *)(f->row + n), row);
  return n + __builtin_popcount(set);
}
static void prepare(void) {
  for (int set = 0; set < 256; set++)
    for (int i = 7; i >= 0; i--)
      if (set >> i & 1) places[set] = places[set] << 8 | (uint64_t)i;
}
#endif

/* phi of x, whose float before and after may be read. */
static inline void features(const float *x, Active *f) {
  V a[VECTORS], b[VECTORS], size = all(0);
  for (int i = 0; i < VECTORS; i++) {
    V own = load(x + i * L), rolled = load(x + i * L - 1);
#if BITS == 512
    if (i == 0) rolled = (V)_mm512_mask_mov_ps((__m512)rolled, 1, (__m512)all(-x[D - 1]));
#else
    if (i == 0) rolled = (V)_mm256_blend_ps((__m256)rolled, (__m256)all(-x[D - 1]), 1);
#endif
    a[i] = positive(own) * positive(rolled);
    b[i] = positive(-own) * positive(-rolled);
  }
  for (int i = 0; i < VECTORS; i++) size += a[i] + b[i];
  float total = sum(size);
  V inverse = all(total < 0x1p-126f ? 0 : 1 / total);
  int n = 0;
  for (int i = 0; i < VECTORS; i++) n = append(f, n, a[i] * inverse, i * L);
  for (int i = 0; i < VECTORS; i++) n = append(f, n, b[i] * inverse, D + i * L);
  f->count = n;
}

static inline void prefetch(const Active *f, const float *w) {
  for (int n = 0; n < f->count; n++)
    for (int j = 0; j < D; j += LINE / 4) __builtin_prefetch(w + f->row[n] * D + j);
}

static inline void read(const Active *f, const float *w, V *out) {
  for (int c = 0; c < VECTORS; c++) out[c] = all(0);
  for (int n = 0; n < f->count; n++) {
    const float *row = w + f->row[n] * D;
    V p = all(f->phi[n]);
    for (int c = 0; c < VECTORS; c++)
#if BITS == 512
      out[c] = (V)_mm512_fmadd_ps((__m512)load(row + c * L), (__m512)p, (__m512)out[c]);
#else
      out[c] = (V)_mm256_fmadd_ps((__m256)load(row + c * L), (__m256)p, (__m256)out[c]);
#endif
  }
}

static inline void update(const Active *f, float *w, const V *delta) {
  for (int n = 0; n < f->count; n++) {
    float *row = w + f->row[n] * D;
    V p = all(f->phi[n]);
    for (int c = 0; c < VECTORS; c++)
#if BITS == 512
      store(row + c * L, (V)_mm512_fmadd_ps((__m512)delta[c], (__m512)p, (__m512)load(row + c * L)));
#else
      store(row + c * L, (V)_mm256_fmadd_ps((__m256)delta[c], (__m256)p, (__m256)load(row + c * L)));
#endif
  }
}

static inline void step(const Work *k, int event, int head, float *w) {
  int at = (event * k->heads + head) * D;
  V old[VECTORS], delta[VECTORS], size = all(0), error = all(0);
  read(&k->keys[head], w, old);
  V beta = all(k->beta[event * k->heads + head]);
  for (int c = 0; c < VECTORS; c++) {
    V value = load(k->v + at + c * L), difference = value - old[c];
    delta[c] = difference * beta;
    store(k->deltas + at + c * L, delta[c]);
    size += value * value;
    error += difference * difference;
  }
  float length = sum(size);
  k->errors[event] += length == 0 ? 1 : sum(error) / length;
  update(&k->keys[head], w, delta);
  read(&k->queries[head], w, old);
  for (int c = 0; c < VECTORS; c++) store(k->reads + at + c * L, old[c] * all(0.125f));
}

static inline void pass(const Work *k, int head, float *w) {
  const Active *key = &k->keys[head];
  V some = all(0), factor = all(0.999f);
  for (int n = 0; n < key->count; n++)
    for (int c = 0; c < VECTORS; c++) {
      float *at = w + key->row[n] * D + c * L;
      store(at, load(at) * factor);
    }
  for (int n = 0; n < k->queries[head].count; n++)
    for (int c = 0; c < VECTORS; c++) some += load(w + k->queries[head].row[n] * D + c * L);
  store(k->reads + head * D, some);
}

typedef enum { HOT, COLD, PASS } Kind;

static inline void event(const Work *k, int e, float *w, Kind kind) {
  enum { FLOATS = FEATURES * D };
  for (int h = 0; h < k->heads; h++) {
    features(k->k + (e * k->heads + h) * D, &k->keys[h]);
    features(k->q + (e * k->heads + h) * D, &k->queries[h]);
  }
  for (int h = 0; h < k->heads; h++) {
    for (int next = h == 0 ? 0 : h + 1; kind != HOT && next <= h + 1 && next < k->heads; next++) {
      prefetch(&k->keys[next], w + next * FLOATS);
      prefetch(&k->queries[next], w + next * FLOATS);
    }
    if (kind == PASS) pass(k, h, w + h * FLOATS);
    else step(k, e, h, w + h * FLOATS);
  }
}

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* The median rate of windows of 2 ms. */
static double rate(const Work *k, float *pool, const int *order, int slots, double most, Kind kind) {
  static double rates[100000];
  int windows = 0, slot = 0, e = 0;
  for (double begin = seconds(); windows == 0 || (seconds() - begin < most && windows < 100000);) {
    double start = seconds(), now;
    long done = 0;
    do {
      for (int i = 0; i < 32; i++) {
        float *w = pool + (size_t)order[slot] * k->heads * FEATURES * D;
        if (kind == HOT) event(k, e, w, HOT);
        else if (kind == COLD) event(k, e, w, COLD);
        else event(k, e, w, PASS);
        slot = slot + 1 == slots ? 0 : slot + 1;
        e = (e + 1) % EVENTS;
      }
      done += 32;
      now = seconds();
    } while (now - start < 0.002);
    rates[windows++] = done / (now - start);
  }
  qsort(rates, windows, sizeof(double), ascending);
  return rates[windows / 2];
}

static float gaussian(void) {
  return (float)(sqrt(-2 * log(drand48() + 1e-300)) * cos(6.283185307179586 * drand48()));
}

static float *floats(size_t n) {
  float *p = aligned_alloc(LINE, (n * 4 + 4 * LINE) / LINE * LINE);
  if (p == NULL) exit(1);
  memset(p, 0, n * 4);
  return p;
}

static float *gaussians(int n) {
  float *p = floats(n + 2 * L) + L;
  for (int i = 0; i < n; i++) p[i] = gaussian();
  return p;
}

int main(int argc, char **argv) {
  if (argc != 5) return 1;
  int heads = atoi(argv[1]), hot = atoi(argv[2]), cold = atoi(argv[3]), values = EVENTS * heads * D;
  double most = atof(argv[4]);
  prepare();
  Work k = {heads, gaussians(values), gaussians(values), gaussians(values), floats(EVENTS * heads),
            floats(values), floats(values), floats(EVENTS),
            calloc(heads, sizeof(Active)), calloc(heads, sizeof(Active))};
  for (int i = 0; i < EVENTS * heads; i++) k.beta[i] = (float)drand48();
  float *pool = floats((size_t)cold * heads * FEATURES * D);
  int *order = malloc(cold * sizeof(int));
  for (int i = 0; i < cold; i++) {
    int j = (int)(drand48() * (i + 1));
    order[i] = order[j];
    order[j] = i;
  }
  rate(&k, pool, order, hot, most / 4, HOT);
  printf("{\"hot\": %.1f, ", rate(&k, pool, order, hot, most, HOT));
  printf("\"cold\": %.1f, ", rate(&k, pool, order, cold, most, COLD));
  printf("\"pass\": %.1f}\n", rate(&k, pool, order, cold, most, PASS));
  return 0;
}
