"""Speed and accuracy, printed as ratios in one run by `make bench`."""
