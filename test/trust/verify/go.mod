module postern/test/verify

go 1.24
