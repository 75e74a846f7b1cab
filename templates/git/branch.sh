exec sh .lefthook/mitra.sh --pushed
