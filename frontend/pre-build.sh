#!/bin/sh
# Joins style/*.css into one sheet. 00-layers.css sorts first and names the layers, so the order of the rest is free.
set -eu
LC_ALL=C
export LC_ALL
cat style/*.css >frontend/app.css
