# The R side of the benchmarks: Rscript peers.R <function> <folder> <data>.
suppressMessages(library(cluster))

pam_sweep <- function(x) {
  total <- 0
  for (k in c(2, 6, 10)) {
    fit <- pam(x, k, variant = "faster", keep.diss = FALSE, keep.data = FALSE)
    total <- total + unname(fit$objective["swap"]) * nrow(x)
  }
  list(quality = total, scale = 3)
}
functions <- list(pam = pam_sweep)

arguments <- commandArgs(trailingOnly = TRUE)
shape <- gsub("[{}\"]", "", readLines(file.path(arguments[2], paste0(arguments[3], ".json")), warn = FALSE))
rows <- as.integer(sub(".*rows:([0-9]+).*", "\\1", shape))
cols <- as.integer(sub(".*cols:([0-9]+).*", "\\1", shape))
x <- matrix(readBin(file.path(arguments[2], paste0(arguments[3], ".f64")), "double", rows * cols), rows, byrow = TRUE)
start <- proc.time()
answer <- functions[[arguments[1]]](x)
spent <- sum((proc.time() - start)[1:2]) * 1000 * answer$scale
cat(sprintf('{"cold": %.3f, "warm": %.3f, "quality": %.9g, "peak": 0}\n', spent, spent, answer$quality))
