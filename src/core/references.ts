/** The papers, once. Help, reports and README print these lines; code cites them by key. */

export interface Reference {
  readonly authors: string;
  readonly year: number;
  readonly title: string;
  readonly venue: string;
  readonly doi?: string;
}

export const references = {
  akaike1974: {
    authors: "H. Akaike",
    year: 1974,
    title: "A new look at the statistical model identification",
    venue: "IEEE Transactions on Automatic Control 19(6)",
    doi: "10.1109/TAC.1974.1100705",
  },
  akhanli2020: {
    authors: "S. E. Akhanli, C. Hennig",
    year: 2020,
    title: "Comparing clusterings and numbers of clusters by aggregation of calibrated clustering validity indexes",
    venue: "Statistics and Computing 30",
    doi: "10.1007/s11222-020-09958-2",
  },
  arthur2007: {
    authors: "D. Arthur, S. Vassilvitskii",
    year: 2007,
    title: "k-means++: the advantages of careful seeding",
    venue: "SODA",
  },
  ball1965: {
    authors: "G. H. Ball, D. J. Hall",
    year: 1965,
    title: "ISODATA, a novel method of data analysis and pattern classification",
    venue: "Stanford Research Institute",
  },
  biernacki2000: {
    authors: "C. Biernacki, G. Celeux, G. Govaert",
    year: 2000,
    title: "Assessing a mixture model for clustering with the integrated completed likelihood",
    venue: "IEEE TPAMI 22(7)",
    doi: "10.1109/34.865189",
  },
  borda1781: {
    authors: "J.-C. de Borda",
    year: 1781,
    title: "Mémoire sur les élections au scrutin",
    venue: "Histoire de l'Académie Royale des Sciences",
  },
  breiman1984: {
    authors: "L. Breiman, J. H. Friedman, R. A. Olshen, C. J. Stone",
    year: 1984,
    title: "Classification and regression trees",
    venue: "Wadsworth",
  },
  calinski1974: {
    authors: "T. Caliński, J. Harabasz",
    year: 1974,
    title: "A dendrite method for cluster analysis",
    venue: "Communications in Statistics 3(1)",
    doi: "10.1080/03610927408827101",
  },
  campello2013: {
    authors: "R. J. G. B. Campello, D. Moulavi, J. Sander",
    year: 2013,
    title: "Density-based clustering based on hierarchical density estimates",
    venue: "PAKDD",
    doi: "10.1007/978-3-642-37456-2_14",
  },
  charrad2014: {
    authors: "M. Charrad, N. Ghazzali, V. Boiteau, A. Niknafs",
    year: 2014,
    title: "NbClust: an R package for determining the relevant number of clusters in a data set",
    venue: "Journal of Statistical Software 61(6)",
    doi: "10.18637/jss.v061.i06",
  },
  cliff1993: {
    authors: "N. Cliff",
    year: 1993,
    title: "Dominance statistics: ordinal analyses to answer ordinal questions",
    venue: "Psychological Bulletin 114(3)",
    doi: "10.1037/0033-2909.114.3.494",
  },
  davies1979: {
    authors: "D. L. Davies, D. W. Bouldin",
    year: 1979,
    title: "A cluster separation measure",
    venue: "IEEE TPAMI 1(2)",
    doi: "10.1109/TPAMI.1979.4766909",
  },
  dempster1977: {
    authors: "A. P. Dempster, N. M. Laird, D. B. Rubin",
    year: 1977,
    title: "Maximum likelihood from incomplete data via the EM algorithm",
    venue: "Journal of the Royal Statistical Society B 39(1)",
    doi: "10.1111/j.2517-6161.1977.tb01600.x",
  },
  desgraupes2013: {
    authors: "B. Desgraupes",
    year: 2013,
    title: "Clustering indices",
    venue: "University Paris Ouest, Lab Modal'X (vignette of the R package clusterCrit)",
  },
  dunn1974: {
    authors: "J. C. Dunn",
    year: 1974,
    title: "Well-separated clusters and optimal fuzzy partitions",
    venue: "Journal of Cybernetics 4(1)",
    doi: "10.1080/01969727408546059",
  },
  ester1996: {
    authors: "M. Ester, H.-P. Kriegel, J. Sander, X. Xu",
    year: 1996,
    title: "A density-based algorithm for discovering clusters in large spatial databases with noise",
    venue: "KDD",
  },
  fowlkes1983: {
    authors: "E. B. Fowlkes, C. L. Mallows",
    year: 1983,
    title: "A method for comparing two hierarchical clusterings",
    venue: "JASA 78(383)",
    doi: "10.1080/01621459.1983.10478008",
  },
  gower1969: {
    authors: "J. C. Gower, G. J. S. Ross",
    year: 1969,
    title: "Minimum spanning trees and single linkage cluster analysis",
    venue: "Journal of the Royal Statistical Society C 18(1)",
    doi: "10.2307/2346439",
  },
  hartigan1975: {
    authors: "J. A. Hartigan",
    year: 1975,
    title: "Clustering algorithms",
    venue: "Wiley",
  },
  hennig2007: {
    authors: "C. Hennig",
    year: 2007,
    title: "Cluster-wise assessment of cluster stability",
    venue: "Computational Statistics & Data Analysis 52(1)",
    doi: "10.1016/j.csda.2006.11.025",
  },
  hubert1985: {
    authors: "L. Hubert, P. Arabie",
    year: 1985,
    title: "Comparing partitions",
    venue: "Journal of Classification 2",
    doi: "10.1007/BF01908075",
  },
  halkidi2001: {
    authors: "M. Halkidi, M. Vazirgiannis",
    year: 2001,
    title: "Clustering validity assessment: finding the optimal partitioning of a data set",
    venue: "ICDM",
    doi: "10.1109/ICDM.2001.989517",
  },
  iman1982: {
    authors: "R. L. Iman, W. J. Conover",
    year: 1982,
    title: "A distribution-free approach to inducing rank correlation among input variables",
    venue: "Communications in Statistics: Simulation and Computation 11(3)",
    doi: "10.1080/03610918208812265",
  },
  jaccard1912: {
    authors: "P. Jaccard",
    year: 1912,
    title: "The distribution of the flora in the alpine zone",
    venue: "New Phytologist 11(2)",
    doi: "10.1111/j.1469-8137.1912.tb05611.x",
  },
  kaufman1990: {
    authors: "L. Kaufman, P. J. Rousseeuw",
    year: 1990,
    title: "Finding groups in data: an introduction to cluster analysis",
    venue: "Wiley",
    doi: "10.1002/9780470316801",
  },
  krzanowski1988: {
    authors: "W. J. Krzanowski, Y. T. Lai",
    year: 1988,
    title: "A criterion for determining the number of groups in a data set using sum-of-squares clustering",
    venue: "Biometrics 44(1)",
    doi: "10.2307/2531893",
  },
  kuhn1955: {
    authors: "H. W. Kuhn",
    year: 1955,
    title: "The Hungarian method for the assignment problem",
    venue: "Naval Research Logistics Quarterly 2(1–2)",
    doi: "10.1002/nav.3800020109",
  },
  lloyd1982: {
    authors: "S. P. Lloyd",
    year: 1982,
    title: "Least squares quantization in PCM",
    venue: "IEEE Transactions on Information Theory 28(2)",
    doi: "10.1109/TIT.1982.1056489",
  },
  machado2009: {
    authors: "G. M. Machado, M. M. Oliveira, L. A. F. Fernandes",
    year: 2009,
    title: "A physiologically-based model for simulation of color vision deficiency",
    venue: "IEEE TVCG 15(6)",
    doi: "10.1109/TVCG.2009.113",
  },
  manning2008: {
    authors: "C. D. Manning, P. Raghavan, H. Schütze",
    year: 2008,
    title: "Introduction to information retrieval",
    venue: "Cambridge University Press",
  },
  marsaglia2004: {
    authors: "G. Marsaglia",
    year: 2004,
    title: "Evaluating the normal distribution",
    venue: "Journal of Statistical Software 11(4)",
    doi: "10.18637/jss.v011.i04",
  },
  milligan1985: {
    authors: "G. W. Milligan, M. C. Cooper",
    year: 1985,
    title: "An examination of procedures for determining the number of clusters in a data set",
    venue: "Psychometrika 50(2)",
    doi: "10.1007/BF02294245",
  },
  moulavi2014: {
    authors: "D. Moulavi, P. A. Jaskowiak, R. J. G. B. Campello, A. Zimek, J. Sander",
    year: 2014,
    title: "Density-based clustering validation",
    venue: "SDM",
    doi: "10.1137/1.9781611973440.96",
  },
  mullner2011: {
    authors: "D. Müllner",
    year: 2011,
    title: "Modern hierarchical, agglomerative clustering algorithms",
    venue: "arXiv:1109.2378",
    doi: "10.48550/arXiv.1109.2378",
  },
  murtagh2014: {
    authors: "F. Murtagh, P. Legendre",
    year: 2014,
    title: "Ward's hierarchical agglomerative clustering method: which algorithms implement Ward's criterion?",
    venue: "Journal of Classification 31",
    doi: "10.1007/s00357-014-9161-z",
  },
  pearson1901: {
    authors: "K. Pearson",
    year: 1901,
    title: "On lines and planes of closest fit to systems of points in space",
    venue: "Philosophical Magazine 2(11)",
    doi: "10.1080/14786440109462720",
  },
  rand1971: {
    authors: "W. M. Rand",
    year: 1971,
    title: "Objective criteria for the evaluation of clustering methods",
    venue: "JASA 66(336)",
    doi: "10.1080/01621459.1971.10482356",
  },
  ray1999: {
    authors: "S. Ray, R. H. Turi",
    year: 1999,
    title: "Determination of number of clusters in k-means clustering and application in colour image segmentation",
    venue: "ICAPRDT",
  },
  romano2006: {
    authors: "J. Romano, J. D. Kromrey, J. Coraggio, J. Skowronek",
    year: 2006,
    title:
      "Appropriate statistics for ordinal level data: should we really be using t-test and Cohen's d for evaluating group differences on the NSSE and other surveys?",
    venue: "Florida Association of Institutional Research",
  },
  rosenberg2007: {
    authors: "A. Rosenberg, J. Hirschberg",
    year: 2007,
    title: "V-measure: a conditional entropy-based external cluster evaluation measure",
    venue: "EMNLP-CoNLL",
  },
  rousseeuw1987: {
    authors: "P. J. Rousseeuw",
    year: 1987,
    title: "Silhouettes: a graphical aid to the interpretation and validation of cluster analysis",
    venue: "Journal of Computational and Applied Mathematics 20",
    doi: "10.1016/0377-0427(87)90125-7",
  },
  satopaa2011: {
    authors: "V. Satopää, J. Albrecht, D. Irwin, B. Raghavan",
    year: 2011,
    title: 'Finding a "kneedle" in a haystack: detecting knee points in system behavior',
    venue: "ICDCS Workshops",
    doi: "10.1109/ICDCSW.2011.20",
  },
  schubert2017: {
    authors: "E. Schubert, J. Sander, M. Ester, H.-P. Kriegel, X. Xu",
    year: 2017,
    title: "DBSCAN revisited, revisited: why and how you should (still) use DBSCAN",
    venue: "ACM TODS 42(3)",
    doi: "10.1145/3068335",
  },
  schubert2021: {
    authors: "E. Schubert, P. J. Rousseeuw",
    year: 2021,
    title: "Fast and eager k-medoids clustering: O(k) runtime improvement of the PAM, CLARA, and CLARANS algorithms",
    venue: "Information Systems 101",
    doi: "10.1016/j.is.2021.101804",
  },
  schwarz1978: {
    authors: "G. Schwarz",
    year: 1978,
    title: "Estimating the dimension of a model",
    venue: "Annals of Statistics 6(2)",
    doi: "10.1214/aos/1176344136",
  },
  sokal1958: {
    authors: "R. R. Sokal, C. D. Michener",
    year: 1958,
    title: "A statistical method for evaluating systematic relationships",
    venue: "University of Kansas Science Bulletin 38",
  },
  sorensen1948: {
    authors: "T. Sørensen",
    year: 1948,
    title:
      "A method of establishing groups of equal amplitude in plant sociology based on similarity of species content",
    venue: "Kongelige Danske Videnskabernes Selskab, Biologiske Skrifter 5(4)",
  },
  steinley2004: {
    authors: "D. Steinley",
    year: 2004,
    title: "Properties of the Hubert–Arabie adjusted Rand index",
    venue: "Psychological Methods 9(3)",
    doi: "10.1037/1082-989X.9.3.386",
  },
  tibshirani2001: {
    authors: "R. Tibshirani, G. Walther, T. Hastie",
    year: 2001,
    title: "Estimating the number of clusters in a data set via the gap statistic",
    venue: "Journal of the Royal Statistical Society B 63(2)",
    doi: "10.1111/1467-9868.00293",
  },
  tibshirani2005: {
    authors: "R. Tibshirani, G. Walther",
    year: 2005,
    title: "Cluster validation by prediction strength",
    venue: "Journal of Computational and Graphical Statistics 14(3)",
    doi: "10.1198/106186005X59243",
  },
  vandermaaten2014: {
    authors: "L. van der Maaten",
    year: 2014,
    title: "Accelerating t-SNE using tree-based algorithms",
    venue: "JMLR 15",
  },
  vanderwaerden1952: {
    authors: "B. L. van der Waerden",
    year: 1952,
    title: "Order tests for the two-sample problem and their power",
    venue: "Indagationes Mathematicae 14",
  },
  vinh2010: {
    authors: "N. X. Vinh, J. Epps, J. Bailey",
    year: 2010,
    title: "Information theoretic measures for clusterings comparison",
    venue: "JMLR 11",
  },
  wachter2017: {
    authors: "S. Wachter, B. Mittelstadt, C. Russell",
    year: 2017,
    title: "Counterfactual explanations without opening the black box: automated decisions and the GDPR",
    venue: "Harvard Journal of Law & Technology 31(2)",
  },
  ward1963: {
    authors: "J. H. Ward Jr.",
    year: 1963,
    title: "Hierarchical grouping to optimize an objective function",
    venue: "JASA 58(301)",
    doi: "10.1080/01621459.1963.10500845",
  },
  westfall1993: {
    authors: "P. H. Westfall, S. S. Young",
    year: 1993,
    title: "Resampling-based multiple testing: examples and methods for p-value adjustment",
    venue: "Wiley",
  },
  xie1991: {
    authors: "X. L. Xie, G. Beni",
    year: 1991,
    title: "A validity measure for fuzzy clustering",
    venue: "IEEE TPAMI 13(8)",
    doi: "10.1109/34.85677",
  },
} as const satisfies Record<string, Reference>;

export type ReferenceKey = keyof typeof references;

/** One printed line of a paper. */
export function formatReference(key: ReferenceKey): string {
  const paper: Reference = references[key];
  const doi = paper.doi === undefined ? "" : ` doi:${paper.doi}`;
  return `${paper.authors} (${paper.year}). ${paper.title}. ${paper.venue}.${doi}`;
}
