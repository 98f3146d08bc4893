<#
.SYNOPSIS
What the task of Start-PeerListener runs, as LocalSystem: listens on ports for a time, then deletes its task.
.PARAMETER Ports
TCP ports, separated by commas: PowerShell takes an argument of -File as one text.
.PARAMETER Seconds
How long.
#>
param(
    [Parameter(Mandatory = $true)][string]$Ports,
    [Parameter(Mandatory = $true)][int]$Seconds
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'PeerLab.psm1') -Force
try {
    Invoke-PeerListener -Port ([int[]]@($Ports -split ',' | ForEach-Object -Process { [int]$_ })) -Seconds $Seconds
    exit 0
}
catch {
    # The scheduler keeps the exit code; who started the task sees that no port listens.
    exit 1
}
