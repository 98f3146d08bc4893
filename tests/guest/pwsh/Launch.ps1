<#
.SYNOPSIS
Runs a script as it runs on the machine: with the double in place of Windows, and the machine's drive C.
.DESCRIPTION
The folder of the machine is the current directory and PEER_WINDOWS_MACHINE. The script's arguments come as a JSON list in
PEER_WINDOWS_ARGUMENTS, so that no shell and no parameter binder changes them. Ends with the script's exit code.
.PARAMETER Script
The script's path below the drive C of the machine.
#>
param([Parameter(Mandatory = $true)][string]$Script)

$ErrorActionPreference = 'Stop'
$machine = $env:PEER_WINDOWS_MACHINE
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'WindowsDouble.psm1') -Global -DisableNameChecking
$null = New-PSDrive -Name C -PSProvider FileSystem -Root ($machine + '/drive') -Scope Global

$named = @{}
$placed = @()
$given = @(ConvertFrom-Json -InputObject $env:PEER_WINDOWS_ARGUMENTS)
for ($i = 0; $i -lt $given.Count; $i++) {
    if ($given[$i] -match '^-[A-Za-z]+$') {
        $named[$given[$i].Substring(1)] = $given[$i + 1]
        $i++
    }
    else {
        $placed += $given[$i]
    }
}
$env:PEER_WINDOWS_ARGUMENTS = ''
# What the script finds is Windows' own default, not what this one set.
$ErrorActionPreference = 'Continue'
$global:LASTEXITCODE = 0
try {
    & ($machine + '/drive/' + $Script) @placed @named
}
catch {
    # As PowerShell itself ends a script given with -File.
    [Console]::Error.WriteLine([string]$_)
    exit 1
}
exit $global:LASTEXITCODE
