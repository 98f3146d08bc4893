<#
.SYNOPSIS
Tries the peer stack of the machine it is run on, and writes a report to send in.
.DESCRIPTION
For a machine at hand, without a lab: copy this folder to it, open Windows PowerShell as administrator and run
powershell.exe -ExecutionPolicy Bypass -File probe.ps1. It does once, with throw-away identities, a group, a name and two
firewall rules that it removes again, what a lab does. Nothing in the report is secret; it names the machine's IPv6
addresses. The exit code is 0 where every step answered as a lab needs it, else 1.
.PARAMETER Report
The file of the whole report, as JSON.
#>
param([string]$Report = 'peerlab-probe.json')

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'PeerLab.psm1') -Force
$answer = Test-PeerStack -Request (ConvertFrom-JsonText -Text '{}')
[Console]::Out.WriteLine(('{0}, {1} {2}' -f $answer['edition'], $answer['osBuild'], $answer['image']))
$unfit = 0
foreach ($step in $answer['steps']) {
    $mark = 'ok '
    if (-not $step['fine']) {
        $mark = 'NOT'
        $unfit++
    }
    [Console]::Out.WriteLine(('{0}  {1}: {2}  {3}' -f $mark, $step['step'], $step['answer'], $step['seen']))
}
$file = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Report)
[System.IO.File]::WriteAllText($file, (ConvertTo-AsciiJson -Value $answer))
[Console]::Out.WriteLine(('The whole report is in {0}.' -f $file))
if ($unfit -gt 0) {
    exit 1
}
exit 0
