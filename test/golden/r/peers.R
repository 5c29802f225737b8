# What R's fpc and cluster make of given resamples, labels and starts, so that the same input can be given to ours.
#   Rscript peers.R          in this folder; writes peers.json
# Debian 12: R 4.2.2, fpc 2.2-10, cluster 2.1.4.
suppressMessages({ library(fpc); library(cluster) })

number <- function(x) ifelse(is.na(x), "null", ifelse(x == round(x) & abs(x) < 1e15, format(x, scientific = FALSE, trim = TRUE), sprintf("%.17g", x)))
json <- function(x) {
  if (is.list(x)) {
    if (is.null(names(x))) return(paste0("[", paste(vapply(x, json, ""), collapse = ","), "]"))
    return(paste0("{", paste(sprintf("\"%s\":%s", names(x), vapply(x, json, "")), collapse = ","), "}"))
  }
  if (is.matrix(x)) return(json(lapply(seq_len(nrow(x)), function(i) x[i, ])))
  if (is.character(x)) return(sprintf("\"%s\"", x))
  paste0("[", paste(vapply(as.numeric(x), number, ""), collapse = ","), "]")
}

x <- as.matrix(read.csv("../data/iris.csv"))
n <- nrow(x)
rownames(x) <- seq_len(n)

# Remember the rows and the answer of every fit. Rows and labels count from 0, noise is -1.
recorder <- function(method) {
  seen <- list()
  list(
    cluster = function(data, ...) {
      fit <- method(data, ...)
      labels <- fit$partition - 1
      if (!is.null(fit$nccl) && fit$nc > fit$nccl) labels[fit$partition == fit$nc] <- -1
      seen[[length(seen) + 1]] <<- list(rows = as.integer(rownames(data)) - 1, labels = labels)
      fit
    },
    seen = function() seen
  )
}

clusterwise <- function(method, noise, ...) {
  r <- recorder(method)
  set.seed(1)
  result <- clusterboot(x, B = 12, bootmethod = "boot", clustermethod = r$cluster, noisemethod = noise, count = FALSE, ...)
  fits <- r$seen()
  values <- result$bootresult[seq_len(result$nccl), , drop = FALSE]
  list(original = fits[[1]]$labels, resamples = fits[-1], jaccard = t(values),
       means = result$bootmean[seq_len(result$nccl)], dissolved = result$bootbrd[seq_len(result$nccl)],
       recovered = result$bootrecover[seq_len(result$nccl)])
}

strength <- function(k) {
  r <- recorder(kmeansCBI)
  set.seed(2)
  ps <- prediction.strength(x, Gmin = k, Gmax = k, M = 6, clustermethod = r$cluster, runs = 5)
  list(k = k, halves = r$seen(), perSplit = ps$predcorr[[k]])
}

grown <- function(k) {
  d <- dist(x)
  one <- function(f, seed) {
    set.seed(seed); starts <- sample(n, k)
    set.seed(seed); list(starts = starts - 1, labels = f() - 1)
  }
  list(k = k,
       centroid = one(function() stupidkcentroids(x, k)$partition, 3), nearest = one(function() stupidknn(d, k), 4),
       farthest = one(function() stupidkfn(d, k), 5), average = one(function() stupidkaven(d, k), 6))
}

# clusterbenchstats: raw average silhouette width, its values on random clusterings, and the z-score made of them.
bench <- function() {
  set.seed(7)
  out <- suppressWarnings(clusterbenchstats(x, G = 2:4, clustermethod = c("kmeansCBI", "claraCBI"),
    methodnames = c("kmeans", "clara"), scaling = FALSE, distmethod = rep(TRUE, 2), ncinput = rep(TRUE, 2),
    clustermethodpars = list(list(), list()), trace = FALSE, useboot = FALSE,
    nnruns = 5, kmruns = 5, fnruns = 5, avenruns = 5, useallg = FALSE, useallmethods = FALSE, multicore = FALSE))
  rows <- list()
  for (g in 2:4) for (m in 1:2) rows[[length(rows) + 1]] <- list(k = g, method = out$stat$name[m],
    raw = out$stat[[m]][[g]]$asw, z = out$sstat[[m]][[g]]$asw,
    random = c(out$sim$km[[g]]$asw, out$sim$nn[[g]]$asw, out$sim$fn[[g]]$asw, out$sim$aven[[g]]$asw))
  rows
}

indices <- function() {
  lapply(2:5, function(k) {
    set.seed(8); labels <- kmeans(x, k, nstart = 5)$cluster
    other <- cutree(hclust(dist(x), "average"), 3)
    s <- cluster.stats(dist(x), labels, alt.clustering = other)
    list(labels = labels - 1, other = other - 1, silhouette = s$avg.silwidth, clusterSilhouettes = s$clus.avg.silwidths,
         calinskiHarabasz = s$ch, dunn = s$dunn, within = s$within.cluster.ss, adjustedRand = s$corrected.rand)
  })
}

gap <- function(space) {
  sets <- list()
  labels <- list()
  fit <- function(data, k) {
    l <- cutree(hclust(dist(data), "ward.D2"), k)
    if (k == 2) sets[[length(sets) + 1]] <<- data
    labels[[length(labels) + 1]] <<- list(k = k, labels = l - 1)
    list(cluster = l)
  }
  small <- x[seq(1, n, by = 5), ]
  dimnames(small) <- NULL
  set.seed(9)
  g <- clusGap(small, fit, K.max = 4, B = 5, d.power = 2, spaceH0 = space, verbose = FALSE)
  list(data = small, references = sets[-1], labels = labels, gap = g$Tab[, "gap"], standardError = g$Tab[, "SE.sim"],
       chosen = maxSE(g$Tab[, "gap"], g$Tab[, "SE.sim"], "Tibs2001SEmax"))
}

dimnames(x) <- list(rownames(x), NULL)
out <- list(
  versions = sprintf("R %s, fpc %s, cluster %s", getRversion(), packageVersion("fpc"), packageVersion("cluster")),
  bootstrap = list(kmeans = clusterwise(kmeansCBI, FALSE, k = 3, runs = 5), dbscan = clusterwise(dbscanCBI, TRUE, eps = 0.42, MinPts = 5)),
  predictionStrength = list(strength(2), strength(3), strength(4)),
  random = list(grown(3), grown(5)),
  calibration = bench(),
  indices = indices(),
  gap = list(original = gap("original"), scaledPCA = gap("scaledPCA"))
)
writeLines(json(out), "peers.json")
