# The ledger of the identities that were put on this machine, and bringing them to a wanted list.
# Only definitions: this file is dot-sourced by PeerLab.psm1.

function Get-Ledger {
    <#
    .SYNOPSIS
    Which identities were put into this user's store, by scope: a hashtable of lists of peer names.
    #>
    param()
    $ledger = @{}
    $file = $script:GuestDirectory + '/ledger.json'
    if (Test-Path -LiteralPath $file) {
        $document = ConvertFrom-Json -InputObject ([System.IO.File]::ReadAllText($file))
        foreach ($property in $document.scopes.PSObject.Properties) {
            $ledger[$property.Name] = @($property.Value)
        }
    }
    return $ledger
}

function Set-Ledger {
    <#
    .SYNOPSIS
    Writes the ledger: to a file beside it that then takes its place, so that a lost connection leaves the old or the new.
    #>
    param([Parameter(Mandatory = $true)][hashtable]$Ledger)
    $scopes = [ordered]@{}
    foreach ($scope in @($Ledger.Keys | Sort-Object)) {
        if (@($Ledger[$scope]).Count -gt 0) {
            $scopes[$scope] = [string[]]@($Ledger[$scope])
        }
    }
    $file = $script:GuestDirectory + '/ledger.json'
    $unfinished = $file + '.unfinished'
    [System.IO.File]::WriteAllText($unfinished, (ConvertTo-AsciiJson -Value ([ordered]@{ scopes = $scopes })))
    Move-Item -LiteralPath $unfinished -Destination $file -Force
}

function Sync-Identity {
    <#
    .SYNOPSIS
    Brings the identities of one scope to the wanted list: adds before it removes; writes the phrases of what changed.
    #>
    param([Parameter(Mandatory = $true)][string]$Scope, [Parameter(Mandatory = $true)][AllowEmptyCollection()][object[]]$Wanted)
    $wantedNames = @($Wanted | ForEach-Object -Process { $_.peerName })
    $ledger = Get-Ledger
    $known = @()
    if ($ledger.ContainsKey($Scope)) {
        $known = @($ledger[$Scope])
    }
    # Before the first import: an interrupted run must still know what it put here.
    $ledger[$Scope] = @($known + $wantedNames | Sort-Object -CaseSensitive -Unique)
    if (@($ledger[$Scope]).Count -gt $known.Count) {
        Set-Ledger -Ledger $ledger
    }
    foreach ($want in $Wanted) {
        if ((Install-WantedIdentity -Wanted $want).Imported) {
            'identity {0} imported' -f $want.peerName
        }
    }
    $others = @($ledger.Keys | Where-Object -FilterScript { $_ -cne $Scope } | ForEach-Object -Process { $ledger[$_] })
    foreach ($entry in [PeerLab.PeerIdentities]::List()) {
        $ours = $known -ccontains $entry.PeerName -or $entry.FriendlyName.StartsWith($Scope + '#', [System.StringComparison]::Ordinal)
        if ($ours -and $wantedNames -cnotcontains $entry.PeerName -and $others -cnotcontains $entry.PeerName) {
            Clear-Identity -PeerName $entry.PeerName
            'identity {0} removed' -f $entry.PeerName
        }
    }
    if (@($ledger[$Scope]).Count -ne $wantedNames.Count) {
        $ledger[$Scope] = @($wantedNames | Sort-Object -CaseSensitive -Unique)
        Set-Ledger -Ledger $ledger
    }
}
