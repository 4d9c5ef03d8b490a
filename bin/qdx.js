#!/usr/bin/env node
'use strict';
require('./compile-cache.js').keepCompiledCode();
void require('../dist/program/cli.cjs').main(process);
