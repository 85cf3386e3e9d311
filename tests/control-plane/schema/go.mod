module ks.example/schema

go 1.24
