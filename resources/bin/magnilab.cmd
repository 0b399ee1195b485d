@echo off
rem The command line of an installed Magnilab: its own program, run as Node.
setlocal
set ELECTRON_RUN_AS_NODE=1
"%~dp0..\..\Magnilab.exe" "%~dp0..\app.asar.unpacked\bin\magnilab.js" %*
